"""Messages to phones by Web Push (RFC 8030, 8291, 8292): the manual's "wiadomość w mUSOS".

The source: docs/reference/manual.md, Messages.

A student subscribes in a browser (`views`, static/portal/devices.js), which sends its address at its maker's push
service (`models`). Events become deliveries (`deliveries`); a worker sends each, encrypted for that browser alone
(`worker`), and static/portal/service-worker.js shows it. No code and no PESEL is ever sent.
"""

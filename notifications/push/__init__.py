"""Messages to phones by Web Push (RFC 8030, 8291, 8292): the manual's "wiadomość w mUSOS".

The source: docs/reference/manual.md, Messages.

A student turns them on in a browser (`views`, static/portal/devices.js), which gives us an address at its maker's push
service (`models`). Events become deliveries (`recording`), and these are sent, encrypted for that browser alone
(`sending`). static/portal/service-worker.js shows them. Neither a code nor a PESEL is ever among what is sent.
"""

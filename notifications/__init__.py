"""Notifications of students about their orders: in the portal, by e-mail and on phones.

`outbox` dispatches each event of an order once to its handlers: those of `messages`, `push` and `api.webhooks`.
`outgoing` POSTs deliveries to other servers and retries until they succeed.
"""

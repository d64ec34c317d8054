"""Notifications: what students are told of their orders, in the portal, by e-mail and on phones.

`outbox` hands each event of an order to its handlers once; `messages` and `push` are two of them, and `api.webhooks`
a third. `outgoing` POSTs to other servers until what is sent has arrived.
"""

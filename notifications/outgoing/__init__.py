"""Deliveries over HTTP that are retried until they succeed: webhooks, and push messages.

`models` holds recipients and their deliveries, `posting` sends requests concurrently, `delivery_worker` claims, sends
and records. A slow recipient does not block others: each has a batch of its own under way.
"""

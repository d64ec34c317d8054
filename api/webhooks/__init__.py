"""Webhooks: signed notifications of order changes to other systems, retried until they are accepted.

`deliveries.create_deliveries` creates the deliveries of events, `worker.WebhookWorker` sends those that are due. A
payload never holds codes or a PESEL.
"""

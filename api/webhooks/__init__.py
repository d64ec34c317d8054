"""Webhooks: signed POSTs to other systems of the university when an order changes its state, retried until accepted.

`deliveries.create_deliveries` saves one for each event and endpoint, `worker.WebhookWorker` sends those that are due.
Codes and PESELs are never sent.
"""

"""Other systems of the university are told when an order changes its state: signed, and again until they answer.

`deliveries.create_deliveries` makes the deliveries of events, `worker.WebhookWorker` sends those that are due. Neither the codes nor a
PESEL is ever among what is told.
"""

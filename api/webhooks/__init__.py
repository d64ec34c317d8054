"""Other systems of the university are told when an order changes its state: signed, and again until they answer.

`recording.record` makes the deliveries of events, `sending.Webhooks` sends those that are due. Neither the codes nor a
PESEL is ever among what is told.
"""

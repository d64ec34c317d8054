"""Webhooks: signed notifications of order changes to other systems, retried until they are accepted.

`recording.record` creates the deliveries of events, `sending.Webhooks` sends those that are due. A payload never
holds codes or a PESEL.
"""

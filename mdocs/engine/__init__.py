"""Engine: carries orders to mDokumenty. Rounds claim what is due, call with no transaction open, and record.

`rounds` claims and calls, through `sending` (one call an order) or `polling` (a hundred orders a call); `responses` and
`failures` record what came of it; `refusals` tell whether a "no" is about the order or about us; `breaker` is what all
workers know of mDokumenty's health, `gateway` the client, `certificates` its certificate.
"""

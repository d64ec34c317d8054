"""Engine: carries orders to mDokumenty. Rounds claim what is due, call with no transaction open, and record.

`rounds` claims and calls, through `sending` (one call an order, which `calls` chooses by its state) or `polling` (a
hundred orders a call). `responses` and `failures` record what came of it, `call_errors` says which of them each error
leads to. `refusals` tells whether a refusal is about the order or about us; `breaker` is what all workers know of
mDokumenty's health, `gateway` the client, `certificates` its certificate.

`reconciliation` compares all orders with mDokumenty after a restore and once a week.
"""

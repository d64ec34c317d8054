"""Sandbox: a stand-in for the government's mDokumenty server; own process, own data, nothing of the portal in it.

It answers the contract that `mdocs.mdokumenty` speaks (docs/reference/mdokumenty.md), misbehaves on request, and
remembers everything in a ledger, so that a test can prove what was really issued. Start it with
`python -m mdocs.sandbox`.
"""

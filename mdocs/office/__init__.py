"""Dean's office: the admin of orders, its dashboard and pages, and the work for many orders at once.

`attention` and `next_action` say about an order what staff want to know; `bulk_jobs` and `cohorts` are long jobs.
"""

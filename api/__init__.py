"""API for scripts and other systems of the university, `/api/v1/`.

It uses the same functions and querysets as the student's page and the dean's office, and has no rules about cards or
orders of its own.
"""

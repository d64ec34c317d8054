"""Accounts: signing in and out, guessing of passwords, and the language of an account. Knows of people, not of
orders."""

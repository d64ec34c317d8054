"""Accounts: sign-in and sign-out, throttling of failed logins, and language. Knows of people, not of orders."""

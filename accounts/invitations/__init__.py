"""Invitations: the first way in for people whom an import has given an account, where passwords are used."""

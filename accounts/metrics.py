"""Metrics of signing in, counted where it happens."""

from prometheus_client import Counter

SIGN_INS = Counter("portal_sign_ins", "Attempts to sign in, by method and outcome.", ["method", "outcome"])

"""Ordering for many students at once."""

"""Loads as an October brings them, which take longer than the table of costs."""

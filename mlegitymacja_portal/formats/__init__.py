"""Dates and numbers as they are written in a language, where Django's own way is another."""

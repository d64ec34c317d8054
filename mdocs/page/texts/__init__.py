"""Texts of the student's page; no rules. The manual's words where it has some."""

"""Numbers that a dean asks for: by faculty, level and half-year, counted once a day."""

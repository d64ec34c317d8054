"""Commands of the students app."""

"""Messages from the dean's office to the students of a list, from templates that the office edits."""

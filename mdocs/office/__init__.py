"""Pages of the dean's office beside the lists of the admin: what concerns many orders at once."""

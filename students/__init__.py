"""Who somebody is, and what they have a right to. Knows nothing of orders."""

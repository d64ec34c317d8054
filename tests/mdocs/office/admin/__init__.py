"""What staff see of orders in the admin."""

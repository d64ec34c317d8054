"""Dashboard on the admin's front page: how the orders are doing, and which cards still have to be extended."""

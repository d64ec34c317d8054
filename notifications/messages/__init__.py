"""What students are told about their orders, in the portal and by e-mail, out of the orders' own events."""

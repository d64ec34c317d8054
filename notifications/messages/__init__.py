"""Messages to students in the portal and by e-mail, created from the events of their orders."""

"""University sign-in: CAS 3 or OpenID Connect, whose accounts are matched with the portal's by an attribute."""

"""OAuth 1.0a as USOS speaks it: oauthlib does the mathematics, this package what the contract bends."""

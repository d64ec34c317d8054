"""OAuth 1.0a as USOS speaks it (docs/reference/usos-api.md, OAuth 1.0a).

oauthlib does the mathematics, this package what the contract bends.
"""

"""OAuth 1.0a as USOS uses it (docs/reference/usos-api.md, OAuth 1.0a).

oauthlib does the cryptography, this package the contract's deviations.
"""

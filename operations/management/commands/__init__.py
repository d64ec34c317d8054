"""Commands for those who run the portal."""

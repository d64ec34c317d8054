"""Commands of whoever runs the portal."""

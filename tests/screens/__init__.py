"""Every page and state of the portal, looked at in a real browser as each of its people would see it."""

"""Resources of the API: each authorises the caller, validates the input, and calls the portal's functions."""

"""The audit log: what is written there, who reads it, and that nobody changes it."""

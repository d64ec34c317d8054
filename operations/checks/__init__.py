"""Checks: what can be wrong, how it is found out, and how it is told. `operations.registry` lists them all."""

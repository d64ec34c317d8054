"""Tests of confirming those who go on studying (rules `pesel`)."""

"""Tests of the numbers of half-years."""

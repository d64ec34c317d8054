"""The Python behind the scripts."""

"""Metrics for Prometheus: counted in each process, and read from the database when somebody asks."""

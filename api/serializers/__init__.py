"""What is asked and what is answered, as JSON."""

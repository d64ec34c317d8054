"""What the dashboard on the front page of the admin counts and shows."""

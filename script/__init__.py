"""What a person types to run the portal: server, test, bench."""

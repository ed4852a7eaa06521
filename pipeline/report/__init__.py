"""What a person reads about a run: its summary, and one HTML page."""

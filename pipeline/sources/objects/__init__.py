"""JSON in all its layouts."""

"""One file a format, each a function from a raw file to records; formats.py is their table."""

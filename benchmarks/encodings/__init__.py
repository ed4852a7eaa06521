"""How often the encoding is found, beside chardet and charset-normalizer."""

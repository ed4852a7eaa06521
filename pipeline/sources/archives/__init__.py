"""Files within files: what is packed, and archives of many members."""

"""Where raw files lie: folders, files, patterns, lists, stores and the web."""

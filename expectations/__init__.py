"""What the data must be: suites as TOML in Great Expectations' own shape (`suites` reads them, and
knows no Great Expectations), and the modules that ask them (`runner`, slow to import).
"""

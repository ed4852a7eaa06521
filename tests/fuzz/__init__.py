"""Damaged input of every format: `make fuzz` for as long as wanted, a fixed part in `make test`."""

"""Measures: numbers and labels computed from texts, Arrow in, columns out. They change nothing."""

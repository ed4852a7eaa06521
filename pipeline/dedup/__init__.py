"""Duplicates: normalise, shingle, sign, band, pair, verify, keep one. Kernels over narrow rows;
the only door to datasketch.
"""

"""Datasets on disk: Parquet shards, manifests, atomic commits. The only door to Parquet files
(sources read foreign ones).
"""

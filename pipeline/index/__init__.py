"""The index: what published dumps leave for later ones to be compared with, in Parquet.

Of each dump it has a part of three datasets, all flat: `band_index`, sorted by key, says which
documents have a key; `document_index`, sorted by document, what a document is and where its
shingles are; `shingles` has those, in order of the documents.
"""

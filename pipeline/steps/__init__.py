"""The kernels of the steps: pure functions from rows to rows, importable by name. Which dataset
they are mapped over, and in what order, is said in `pipeline.run`.
"""

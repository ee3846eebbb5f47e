"""Measurements of the running program: `dgm-explorer bench`."""

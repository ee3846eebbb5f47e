"""The vocabulary: states and errors, standard library and NumPy only."""

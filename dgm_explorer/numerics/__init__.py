"""Pure functions on arrays: the mathematics of the KL tab."""

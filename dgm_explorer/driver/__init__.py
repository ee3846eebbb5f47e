"""What drives a training run for a window, in its own thread or in a process beside it; no Qt, no torch."""

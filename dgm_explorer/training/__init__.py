"""Training runs: loops, devices and checkpoints. torch, no Qt."""

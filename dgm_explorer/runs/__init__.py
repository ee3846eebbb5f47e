"""Run folders on the disk: written by a run, read by whoever watches it. No torch, no Qt."""

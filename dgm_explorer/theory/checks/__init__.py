"""One computation per claim, by other means than the formula it tests; slow, and never seen by the window."""

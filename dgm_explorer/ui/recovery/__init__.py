"""What a window that did not close properly has left, and how the next one takes it up."""

"""The space of the codes."""

"""Controls that every tab can use."""

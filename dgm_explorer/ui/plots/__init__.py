"""Pictures: items and views that every tab can use."""

"""What is measured over the steps."""

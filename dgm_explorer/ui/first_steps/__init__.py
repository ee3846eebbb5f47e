"""What a hand can do first, shown where it does it."""

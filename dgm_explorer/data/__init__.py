"""Arrays in, arrays out: reading what the user brings."""

"""Networks and their losses: torch only, no files and no logging."""

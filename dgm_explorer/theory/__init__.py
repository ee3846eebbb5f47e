"""What the course notes claim, as data, and apart from it the checks that compute each claim anew."""

"""Short scripts that compute the numbers on the screen without this program."""

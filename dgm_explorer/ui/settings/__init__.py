"""The column of settings beside the pictures of any model that trains."""

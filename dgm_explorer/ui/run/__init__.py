"""Training runs as the window sees them: started, followed, looked back on; no torch."""

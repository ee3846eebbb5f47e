"""Films of a panel from the recorded snapshots of a run."""

"""What F1 answers: the name of a panel, what it shows, its formula and its present value."""

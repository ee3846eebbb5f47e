"""Images drawn from priors over grids of codes."""

"""Images, their grids of codes and their reconstructions."""

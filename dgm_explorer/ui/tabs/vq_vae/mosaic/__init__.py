"""The codebook as a mosaic of tiles."""

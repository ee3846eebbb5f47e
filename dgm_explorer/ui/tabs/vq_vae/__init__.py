"""The VQ-VAE tab: train it, browse its codebook, paint with codes."""

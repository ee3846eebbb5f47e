"""The tab of the GMM-VAE."""

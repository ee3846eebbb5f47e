"""The KL tab."""

"""The Reparametrisation tab: z = μ + Lε in the hand."""

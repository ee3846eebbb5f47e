"""Painting with codes."""

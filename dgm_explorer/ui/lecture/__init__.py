"""Lectures in the window: the caption bar, and who turns the pages."""

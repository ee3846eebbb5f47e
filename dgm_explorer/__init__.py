"""DGM Explorer: four ideas of deep generative modelling, to be taken in hand."""

__version__ = "0.1.0"

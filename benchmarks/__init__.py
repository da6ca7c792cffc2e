"""Figures that the documents state, each printed by a program of its own."""

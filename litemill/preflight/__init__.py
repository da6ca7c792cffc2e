"""What settings, catalogue and the files at hand tell of a build ahead of all work; it starts without NumPy."""

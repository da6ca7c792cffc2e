"""Int8 layers fitted to the float network."""

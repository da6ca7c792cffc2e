"""A model that the catalogue does not know: opened, its cuts found and proven, and told."""

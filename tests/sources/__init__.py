"""Where sources come from, and what goes wrong on the way."""

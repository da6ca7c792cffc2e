"""Which file of a network to ship, and why."""

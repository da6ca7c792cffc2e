"""What files cost to run."""

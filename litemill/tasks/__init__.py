"""What a network is for: what enters it, what leaves it, how it is judged."""

"""What runs where: which operators of a file a delegate takes, and why it leaves the others."""

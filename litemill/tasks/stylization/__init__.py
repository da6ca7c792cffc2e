"""Style transfer in two networks: predict turns a painting into a bottleneck, transfer paints a picture by it."""

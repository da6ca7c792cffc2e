"""All that exists because of DVC: its files written, read, ordered and mended; how far a build is."""

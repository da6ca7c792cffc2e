"""Two revisions of the build side by side: what changed, which of it is real, and whether it may be merged."""

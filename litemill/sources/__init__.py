"""Sources of the catalogue: from wherever they lie to unpacked files that can be trusted."""

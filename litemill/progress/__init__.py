"""How far a build is: DVC's own output, counted and timed."""

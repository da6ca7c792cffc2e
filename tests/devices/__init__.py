"""Real adb, phones that it connects to, and what they run."""

"""What everything stands on, and nothing of ours below it: errors, files, processes, places, commands."""

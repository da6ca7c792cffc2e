"""What everything stands on: settings, records, errors, files, and how a stage runs."""

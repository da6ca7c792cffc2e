"""What the stages stand on: sources, graphs, conversion, runtime, records, report."""

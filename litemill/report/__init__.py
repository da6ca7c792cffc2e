"""The report: records joined, tables, charts and pictures, and the pages that show them; no TensorFlow."""

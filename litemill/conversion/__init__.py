"""From a frozen, cut graph to a TFLite file, as a recipe says."""

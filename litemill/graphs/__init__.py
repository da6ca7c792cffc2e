"""TensorFlow graphs: read, cut, given fixed shapes, run."""

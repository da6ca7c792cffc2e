"""What is promised of a build spread over several workers."""

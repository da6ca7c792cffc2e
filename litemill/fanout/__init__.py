"""The build spread over several workers, each of which builds units of it in a checkout of its own."""

"""What stages leave for each other and for git: typed structs, tied to files by their SHA-256."""

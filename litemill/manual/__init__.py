"""What is written of the settings and records by their own structs: schemas for editors, a reference for readers."""

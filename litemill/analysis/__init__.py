"""What the records of a build say together: pure functions, facts and no sentences."""

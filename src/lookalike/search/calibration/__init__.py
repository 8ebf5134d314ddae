"""Worth of a score on the collection at hand, measured on questions with known answers."""

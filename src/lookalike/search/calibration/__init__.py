"""What a score is worth on the collection at hand, measured on questions with known answers."""

"""Differences between two pictures of one make-up, and the relation that follows from them."""

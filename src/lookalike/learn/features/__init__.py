"""Local features and their matcher, learned from photos alone: no labels, no weights of others."""

"""Find similar images: what kind of match, where in the picture, how sure, and why."""

"""Acting on groups of one picture: what to keep by rules, what becomes of the rest, and how it is undone."""

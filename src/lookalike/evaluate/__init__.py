"""The honest ruler: which method works on which pictures, how sure that is, and what it costs."""

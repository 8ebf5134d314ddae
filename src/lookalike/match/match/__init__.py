"""Matchers: which local features of two pictures belong together."""

"""Geometric verification: the transform that matches agree on, and what it proves."""

"""Measures of quality, each by its exact definition. Ties count against the method."""

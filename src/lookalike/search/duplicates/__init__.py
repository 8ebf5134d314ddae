"""Groups of files that are identical, verified by geometry, or similar."""

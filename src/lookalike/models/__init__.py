"""Weights: where they come from, their sha256 and licence; read safely."""

"""A similarity in words."""

from __future__ import annotations


def agreed(what: str, similarity: float, unrelated: float) -> str:
    """'The texture agrees by 93% (in unrelated pictures by 85%).'"""
    return f"{what} agrees {by(similarity, unrelated)}."


def by(similarity: float, unrelated: float) -> str:
    """'by 93% (in unrelated pictures by 85%)'; with tenths where even those agree so well that only tenths tell."""
    digits = 1 if unrelated > 0.95 else 0
    return f"by {similarity:.{digits}%} (in unrelated pictures by {unrelated:.{digits}%})"

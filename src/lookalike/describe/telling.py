"""A similarity in words."""

from __future__ import annotations


def agreed(what: str, similarity: float, unrelated: float) -> str:
    """'The texture agrees by 93% (in unrelated pictures by 85%).'"""
    return f"{what} agrees by {similarity:.0%} (in unrelated pictures by {unrelated:.0%})."

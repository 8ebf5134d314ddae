"""The sentence that says why two pictures are called alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lookalike.pixels.turn import TURNED
from lookalike.protocols import Describer
from lookalike.search.query.source import Sample
from lookalike.types import Identical

NOTABLE = 0.25
"""A channel that is this far above unrelated pictures, on the way to identical ones, is worth a word."""

NAMED = 3
"""Channels at most that the sentence names."""

UNALIKE = "nothing stands out"


def sameness(a: Sample, b: Sample) -> Identical | None:
    """In which sense two pictures are identical, or None; pixels are compared only where sizes agree."""
    if a.sha256 is not None and a.sha256 == b.sha256:
        return "bytes"
    if a.size != b.size or a.fingerprint.digest is None:
        return None
    return "pixels" if a.fingerprint.digest == b.fingerprint.digest else None


def likeness(scores: Mapping[str, float], describers: Mapping[str, Describer]) -> str:
    """Words for what the pictures have in common, the strongest first, from each channel's own score."""
    agrees = agreeing(scores, describers)
    if not agrees:
        return UNALIKE
    named = [f"{describers[name].compares} ({name} {scores[name]:.2f})" for name in agrees[:NAMED]]
    others = len(agrees) - len(named)
    return "alike in " + _listed([*named, f"{others} other way{'s' * (others > 1)}"] if others else named)


def agreeing(scores: Mapping[str, float], describers: Mapping[str, Describer]) -> list[str]:
    """The channels that are notably above unrelated pictures, the strongest first."""
    above = {name: _above(score, describers[name].unrelated) for name, score in scores.items()}
    return sorted((name for name in above if above[name] >= NOTABLE), key=lambda name: -above[name])


def seen_as(why: str, orientation: int) -> str:
    """`why`, and how what was asked about had to be turned for that."""
    return why if why == UNALIKE or orientation not in TURNED else f"{why}, {TURNED[orientation]}"


def proof(proved: str, likely: str) -> str:
    """Sentence of what geometry proved, then of what `likeness` adds to it."""
    return proved if likely == UNALIKE else f"{proved}; {likely}"


def _above(score: float, unrelated: float) -> float:
    return (score - unrelated) / (1 - unrelated)


def _listed(parts: Sequence[str]) -> str:
    """a, b and c"""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"

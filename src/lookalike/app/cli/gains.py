"""Gains of learning, as lines of a table: before, after, and the difference with its interval."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from lookalike.learn.adapt import Gain
    from lookalike.learn.own_copies import CopyGain

WIDTH: Final = 40


def heading(what: str, before: str, after: str) -> str:
    """Line above the others."""
    return f"{what:{WIDTH}}{before:>10}{after:>10}   gain (95 %)"


def gained(name: str, gain: Gain | CopyGain) -> str:
    """Line of one comparison."""
    told = f"{gain.mean:+.3f} ({gain.low:+.3f} to {gain.high:+.3f})"
    return f"  {name:{WIDTH - 2}}{gain.plain:10.3f}{gain.adapted:10.3f}   {told}"

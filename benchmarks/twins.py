"""Photos that the sets hold under two names, or that show one thing, as a person has seen: listed pair by pair."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

ENGINE = Path(__file__).parent / "engine_twins.txt"
VERIFICATION = Path(__file__).parent / "verification_twins.txt"


def looked_at(file: Path) -> list[set[str]]:
    """Pairs of names."""
    return [set(line.split()) for line in file.read_text().splitlines() if line and not line.startswith("#")]


def twins_of(*files: Path) -> defaultdict[str, set[str]]:
    """By name of a photo the names of its twins; none of most."""
    twins: defaultdict[str, set[str]] = defaultdict(set)
    for pair in (pair for file in files for pair in looked_at(file)):
        for name in pair:
            twins[name] |= pair - {name}
    return twins

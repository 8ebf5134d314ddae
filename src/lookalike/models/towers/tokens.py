"""Texts into numbers, by the tokenizer.json of a model."""

from __future__ import annotations

import string
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lookalike.errors import MissingExtra, WeightsError
from lookalike.models.towers.recipe import Reading

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_NO_PUNCTUATION = str.maketrans(dict.fromkeys(string.punctuation, "") | {"_": " "})


def cleaned(text: str, reading: Reading) -> str:
    """The text as the tokenizer is given it; without punctuation as open_clip and SigLIP do it."""
    kept = text.translate(_NO_PUNCTUATION) if reading.strip else text
    kept = " ".join(kept.split())
    return reading.prefix + (kept.lower() if reading.lower else kept)


def tokens(text: str, reading: Reading, root: Path) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(1, length) numbers of the pieces, and 1 where they are of the text, 0 where they fill up."""
    encoded = _bare(root / reading.tokenizer, reading.length).encode(cleaned(text, reading))
    ids, mask = list(encoded.ids), [1] * len(encoded.ids)
    lacking = reading.length - len(ids) if reading.padded else 0
    fill, empty = [reading.pad] * lacking, [0] * lacking
    if reading.pad_left:
        return np.array([fill + ids], np.int64), np.array([empty + mask], np.int64)
    return np.array([ids + fill], np.int64), np.array([mask + empty], np.int64)


def number_of(token: str | None, tokenizer: Path) -> int | None:
    """Number of a token; without one, of that which the file itself fills up with; None where there is none."""
    if token is not None:
        found: int | None = opened(tokenizer).token_to_id(token)
        return found
    own: dict[str, Any] | None = opened(tokenizer).padding
    return None if own is None else int(own["pad_id"])


@cache
def _bare(file: Path, length: int) -> Tokenizer:
    """One that cuts at `length` and fills nothing up, whatever its file says of both."""
    found = opened(file)
    found.no_padding()
    found.no_truncation()
    found.enable_truncation(max_length=length)
    return found


def opened(file: Path) -> Tokenizer:
    """A tokenizer of a file; nothing is fetched."""
    try:
        from tokenizers import Tokenizer
    except ImportError as error:
        raise MissingExtra("a model of one's own reads by tokenizers: pip install 'lookalike[words]'") from error
    try:
        return Tokenizer.from_file(str(file))
    except Exception as error:  # the package raises bare Exception
        raise WeightsError(f"{file} is no tokenizer that can be read: {error}") from error

"""Classes of ImageNet-1k as words: their names, and where these lie among sentences.

`class_words.npz` is made by `scripts/class_words.py`; `class_words.txt` says of what, and under which terms.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class ClassWords:
    """Names of the (c,) classes; (c, 384) unit rows, which are centred; (384,) the mean that they are less."""

    names: tuple[str, ...]
    rows: NDArray[np.float32] = field(repr=False)
    mean: NDArray[np.float32] = field(repr=False)
    sha256: str

    def centred(self, sentences: NDArray[np.float32]) -> NDArray[np.float32]:
        """(n, 384) unit rows of sentences, as those of the classes are."""
        less = sentences - self.mean
        return np.asarray(less / np.linalg.norm(less, axis=1, keepdims=True), np.float32)


@cache
def class_words() -> ClassWords:
    """The 1,000 classes, in the order of the default network's logits."""
    data = resources.files("lookalike.models").joinpath("class_words.npz").read_bytes()
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        names = tuple(str(name) for name in arrays["names"])
        rows, mean = arrays["rows"].astype(np.float32), arrays["mean"]
    for array in (rows, mean):
        array.setflags(write=False)
    return ClassWords(names, rows, mean, hashlib.sha256(data).hexdigest())

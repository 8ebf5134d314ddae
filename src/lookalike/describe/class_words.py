"""Pictures and sentences in one space, by the words for what a network takes a picture for.

The convex combination of the vectors of class names is that of Norouzi et al., Zero-shot learning by convex combination
of semantic embeddings, ICLR 2014; the temperature and the centring are ours (docs/decisions/0029).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from lookalike.describe.network_pass import logits
from lookalike.describe.question_words import agreement, telling_words
from lookalike.describe.script import check_english
from lookalike.describe.side import MIN_SIDE
from lookalike.models.class_words import class_words
from lookalike.models.minilm import FEATURES, sentence_rows
from lookalike.models.table import WEIGHTS
from lookalike.registry import digest
from lookalike.types import Explanation, Picture, Space, Vectors

SIDE: Final = 224
"""px of the network's square input, that of `convnet`, whose pass serves both."""
NAMED: Final = 3
"""Classes that an explanation names."""
LEAST: Final = 0.25
"""Similarity of a word to a picture that one in twenty strangers reaches (benchmarks/words.py)."""


@dataclass(frozen=True)
class ClassWords:
    """The 1,000 class names of EfficientNet-Lite0, each as MiniLM reads it, by how probable they are (unit L2 norm).

    Words rank pictures by it; they are English, and what no class name comes near is not found.
    """

    name: ClassVar[str] = "class_words"
    revision: ClassVar[int] = 1
    languages: ClassVar[tuple[str, ...]] = ("en",)
    compares: ClassVar[str] = "the words for it"
    source: ClassVar[str] = "ImageNet-1k names, WordNet and MiniLM (Norouzi et al., ICLR 2014; Apache-2.0, MIT)"
    unrelated: ClassVar[float] = 0.14

    temperature: float = 2.5
    """Divisor of the logits: a higher one spreads a picture over more words."""
    threads: int = field(default=1, compare=False)
    batch: int = field(default=8, compare=False)

    def __post_init__(self) -> None:
        if self.batch < 1 or self.threads < 1 or not 0.1 <= self.temperature <= 100:
            raise ValueError("batch and threads are 1 or more, temperature is 0.1 to 100")

    @property
    def weight_digests(self) -> tuple[str, ...]:
        """Digests of the network, of the words and of what reads."""
        return (WEIGHTS["efficientnet-lite0"].sha256, class_words().sha256, WEIGHTS["minilm"].sha256)

    @cached_property
    def space(self) -> Space:
        """384 dimensions, cosine."""
        return Space(self.name, digest(self), FEATURES, "cosine")

    @property
    def min_side(self) -> int:
        """Side that fills the square."""
        return MIN_SIDE

    def describe(self, pictures: Sequence[Picture]) -> Vectors:
        """(n, 384) unit rows."""
        return self.of_logits(logits(pictures, SIDE, self.threads, self.batch))

    def of_logits(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """(n, 384) unit rows of (n, 1000) logits of the network."""
        powers = np.exp((values - values.max(axis=1, keepdims=True)) / self.temperature)
        rows = (powers / powers.sum(axis=1, keepdims=True)) @ class_words().rows
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)

    def describe_text(self, texts: Sequence[str]) -> Vectors:
        """(n, 384) unit rows; raises `WeightsError` where the weights are not here, `BadQuery` for another script."""
        for text in texts:
            check_english(text, self.name)
        return class_words().centred(sentence_rows(texts))

    def explain_text(self, text: str, rows: Vectors) -> list[str]:
        """For each of (n, 384) rows the nearest class names, and the words of the text that it agrees with."""
        words = telling_words(text)
        scores = rows @ self.describe_text(words).T  # (n, words)
        return [
            f"seen as {', '.join(self.nearest(row))}; {agreement(words, own, LEAST)}"
            for row, own in zip(rows, scores, strict=True)
        ]

    def nearest(self, row: NDArray[np.float32]) -> list[str]:
        """Names of the classes that are nearest to a (384,) row, the nearest first."""
        names = class_words().names
        return [names[at] for at in np.argsort(-(class_words().rows @ row), kind="stable")[:NAMED].tolist()]

    def explain(self, query: Picture, hit: Picture) -> Explanation:
        """The nearest class names of both."""
        rows = self.describe([query, hit])
        told = [", ".join(self.nearest(row)) for row in rows]
        return Explanation(f"One is seen as {told[0]}; the other as {told[1]}: {float(rows[0] @ rows[1]):.2f} alike.")

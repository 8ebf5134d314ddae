"""Words that an owner taught: canonical correlation of what a network sees and MiniLM reads, beside the class names
[Hotelling, Relations between two sets of variates, 1936; Gong et al., A multi-view embedding space, IJCV 2014]."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from lookalike.describe.class_words import LEAST, SIDE, ClassWords
from lookalike.describe.network_pass import logits, pooled
from lookalike.describe.question_words import agreement, telling_words
from lookalike.describe.script import check_english
from lookalike.describe.side import MIN_SIDE
from lookalike.errors import NotFitted
from lookalike.models.class_words import class_words
from lookalike.models.correlated import correlated
from lookalike.models.efficientnet_lite import FEATURES
from lookalike.models.fitted import Fitted
from lookalike.models.minilm import FEATURES as SENTENCE
from lookalike.models.minilm import sentence_rows
from lookalike.registry import digest
from lookalike.types import Picture, Space, Vectors

Rows = NDArray[np.float32]
PARTS: Final = 512
"""Principal components of what the network sees."""


@dataclass(frozen=True)
class TaughtWords:
    """Coordinates that an owner's captions and pictures share, and beside them those of `class_words` (unit L2 norm).

    `lookalike words fit` makes it of captioned pictures of a library.
    """

    name: ClassVar[str] = "taught_words"
    revision: ClassVar[int] = 1
    languages: ClassVar[tuple[str, ...]] = ("en",)
    compares: ClassVar[str] = "your words for it"
    source: ClassVar[str] = "canonical correlation (Hotelling, 1936) beside class_words"
    unrelated: ClassVar[float] = 0.1

    fitted: Fitted | None = None
    """Arrays that were learned; None until `words fit` has."""
    threads: int = field(default=1, compare=False)
    batch: int = field(default=8, compare=False)

    @property
    def weight_digests(self) -> tuple[str, ...]:
        """Digests of what both halves are made of."""
        return ClassWords().weight_digests

    @property
    def space(self) -> Space:
        """As many dimensions as are shared and 384 more, cosine."""
        shared = self._arrays["x_map"].shape[1] if self.fitted is not None else 0
        return Space(self.name, digest(self), shared + SENTENCE, "cosine")

    @property
    def min_side(self) -> int:
        """Side that fills the network's square."""
        return MIN_SIDE

    def describe(self, pictures: Sequence[Picture]) -> Vectors:
        """(n, columns) unit rows; raises `NotFitted` before `words fit`."""
        labels = ClassWords().of_logits(logits(pictures, SIDE, self.threads, self.batch))
        return self.of_rows(pooled(pictures, SIDE, self.threads, self.batch), labels)

    def of_rows(self, seen: Rows, labels: Rows) -> Rows:
        """(n, columns) unit rows of (n, 1280) rows of `convnet`, of any length, and (n, 384) of `class_words`."""
        given = self._arrays
        return self._beside((roots(seen) - given["x_mean"]) @ given["x_map"], labels)

    def describe_text(self, texts: Sequence[str]) -> Vectors:
        """(n, columns) unit rows; raises as `class_words` does."""
        for text in texts:
            check_english(text, self.name)
        sentences = sentence_rows(texts)
        return self.of_sentences(sentences, class_words().centred(sentences))

    def of_sentences(self, sentences: Rows, labels: Rows) -> Rows:
        """(n, columns) unit rows of (n, 384) rows of MiniLM, and the same as `class_words` has them."""
        given = self._arrays
        return self._beside((sentences - given["y_mean"]) @ given["y_map"], labels)

    def explain_text(self, text: str, rows: Vectors) -> list[str]:
        """For each of (n, columns) rows the nearest class names, and the words of the text that it agrees with."""
        words = telling_words(text)
        scores = rows @ self.describe_text(words).T
        labels = unit(rows[:, -SENTENCE:])
        seen = [", ".join(ClassWords().nearest(row)) for row in labels]
        return [f"seen as {names}; {agreement(words, own, LEAST)}" for names, own in zip(seen, scores, strict=True)]

    @property
    def _arrays(self) -> dict[str, Rows]:
        if self.fitted is None:
            raise NotFitted("taught_words has learned nothing yet: `lookalike words fit CAPTIONS.csv` teaches it")
        return dict(self.fitted.arrays)

    def _beside(self, shared: NDArray[np.floating], labels: Rows) -> Rows:
        """Both halves at unit norm, the second by the root of its weight, and the whole at unit norm."""
        weight = np.sqrt(self._arrays["weight"])
        return unit(np.hstack([unit(shared), weight * labels]))


def taught(seen: Rows, sentences: Rows) -> TaughtWords:
    """Fitted to (n, 1280) rows of `convnet` and (n, 384) means of the unit rows of each picture's captions."""
    count = len(seen)
    found = correlated(
        roots(seen), sentences, components=64 if count < 500 else 128, parts=PARTS, ridges=_ridges(count)
    )
    arrays = {name: getattr(found, name) for name in ("x_mean", "x_map", "y_mean", "y_map")}
    return TaughtWords(Fitted.of(arrays | {"weight": np.array([_weight(count)])}))


def roots(seen: Rows) -> Rows:
    """(n, 1280) unit rows of square roots: the network's features are never negative, and few are large."""
    assert seen.shape[1] == FEATURES
    return unit(np.sqrt(np.maximum(seen, 0)))


def unit(rows: NDArray[Any]) -> Rows:
    """Each at unit norm, or 0."""
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12), np.float32)


def _ridges(count: int) -> tuple[float, float]:
    """Ridges of pictures and of texts: fewer pairs need stronger ones."""
    return (3.0, 1.0) if count < 1000 else (1.0, 1.0) if count < 4000 else (0.5, 0.3)


def _weight(count: int) -> float:
    """Weight of the class names beside what is learned, which outgrows them."""
    return float(np.interp(np.log(count), np.log([125, 250, 1000, 2000, 4000]), [2, 1, 1, 0.6, 0.3]))

"""Sentences as vectors: MiniLM [Wang et al., MiniLM, NeurIPS 2020], tuned on pairs [Reimers & Gurevych, EMNLP 2019]."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from lookalike.models.cache import path_of
from lookalike.models.onnx_session import started
from lookalike.models.word_piece import uncased

if TYPE_CHECKING:
    import onnxruntime

FEATURES: Final = 384
WEIGHTS: Final = "minilm"
LONGEST: Final = 256
"""Pieces that are read of a text, with the first and the last mark."""


def sentence_rows(texts: Sequence[str]) -> NDArray[np.float32]:
    """(n, 384) unit rows: the mean over the pieces of each text; raises `WeightsError` where the weights are not here.

    Texts go through one by one: the 8-bit arithmetic scales a batch by its largest value.
    """
    session = _session()
    rows = [_mean(session, uncased().ids(text, LONGEST)) for text in texts]
    means = np.array(rows, np.float32).reshape(len(texts), FEATURES)
    return np.asarray(means / np.linalg.norm(means, axis=1, keepdims=True), np.float32)


def _mean(session: onnxruntime.InferenceSession, ids: Sequence[int]) -> NDArray[np.float32]:
    pieces = np.array([ids], np.int64)
    given = {"input_ids": pieces, "attention_mask": np.ones_like(pieces), "token_type_ids": np.zeros_like(pieces)}
    (hidden,) = session.run(["last_hidden_state"], given)  # (1, pieces, 384)
    mean: NDArray[np.float32] = hidden[0].mean(axis=0)
    return mean


@cache
def _session() -> onnxruntime.InferenceSession:
    return started(path_of(WEIGHTS).read_bytes(), 1)

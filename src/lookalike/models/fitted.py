"""Arrays that were fitted to pictures, told apart by their sha256 and written as a text."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

FLOAT = np.dtype("<f4")


@dataclass(frozen=True)
class Fitted:
    """float32 arrays by name, read-only; equal where their sha256 is."""

    sha256: str
    arrays: Mapping[str, NDArray[np.float32]] = field(compare=False, repr=False)

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[Any]]) -> Fitted:
        """Copies of `arrays`; what is not finite is refused."""
        kept = {name: np.array(array, FLOAT, order="C") for name, array in sorted(arrays.items())}
        for name, array in kept.items():
            if not np.isfinite(array).all():
                raise ValueError(f"{name} holds values that are not finite")
            array.setflags(write=False)
        found = hashlib.sha256()
        for name, array in kept.items():
            found.update(f"{name} {array.shape} ".encode() + array.tobytes())
        return cls(found.hexdigest(), kept)

    @property
    def digest(self) -> str:
        """Digest that tells it apart, in the digest of a component."""
        return self.sha256

    def to_text(self) -> str:
        """Text that `from_text` reads: JSON of shapes and little-endian float32 in base64."""
        return json.dumps(
            {
                name: {"shape": array.shape, "float32": base64.b64encode(array.tobytes()).decode()}
                for name, array in self.arrays.items()
            }
        )

    @classmethod
    def from_text(cls, text: str) -> Fitted:
        """Raises ValueError where the text is none that `to_text` wrote."""
        return _read(text)


@lru_cache(maxsize=16)
def _read(text: str) -> Fitted:
    """Remembered: every search restores the components of its library."""
    try:
        arrays = {
            name: np.frombuffer(base64.b64decode(array["float32"], validate=True), FLOAT).reshape(array["shape"])
            for name, array in json.loads(text).items()
        }
        return Fitted.of(arrays)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ValueError(f"these are no fitted arrays: {error}") from error

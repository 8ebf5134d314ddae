"""How two towers are run: all that their folder says of them, and that would change what they give."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Resize = Literal["shortest", "squash"]
Resample = Literal["bilinear", "bicubic", "lanczos"]


@dataclass(frozen=True)
class Seeing:
    """The tower of pictures. `files` are the graph, first, and what lies beside it, relative to the folder.

    A picture is resized to `size` (h, w) px, `squash`, or so that its shorter side is `shorter`, `shortest`; cut to
    `size` in its middle; each level times `scale`, less `mean`, by `std`, channel by channel.
    """

    files: tuple[str, ...]
    input: str
    output: str
    size: tuple[int, int]
    resize: Resize
    shorter: int
    resample: Resample
    scale: float
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    half: bool
    """Whether the graph takes float16."""


@dataclass(frozen=True)
class Reading:
    """The tower of texts. `length` pieces are read at most; `padded`: and no fewer, the rest being `pad`.

    `strip`: without punctuation; `prefix` stands before every text.
    """

    files: tuple[str, ...]
    tokenizer: str
    ids: str
    mask: str | None
    output: str
    length: int
    padded: bool
    pad: int
    pad_left: bool
    lower: bool
    strip: bool
    prefix: str
    wide: bool
    """Whether the graph takes int64, else int32."""


@dataclass(frozen=True)
class Recipe:
    """Both towers, and the dimension of their common space."""

    layout: str
    seeing: Seeing
    reading: Reading
    dim: int

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Any) -> Recipe:
        """Recipe that `to_json` wrote; raises KeyError, TypeError or ValueError where it is something else."""
        seeing = {**values["seeing"], "size": tuple(values["seeing"]["size"])}
        seeing |= {name: tuple(seeing[name]) for name in ("files", "mean", "std")}
        reading = {**values["reading"], "files": tuple(values["reading"]["files"])}
        return cls(values["layout"], Seeing(**seeing), Reading(**reading), int(values["dim"]))

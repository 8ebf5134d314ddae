"""Settings of a training, messages on the way, and the outcome."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from lookalike.describe.convnet import ConvNet
from lookalike.describe.squares import Squares
from lookalike.errors import BadSetting
from lookalike.learn.adapt import Gain
from lookalike.models.own_network import KINDS, Kind
from lookalike.models.trained import Trained
from lookalike.pixels.augment import EDITS
from lookalike.protocols import Describer

Device = Literal["auto", "cpu", "cuda"]
"""auto: a GPU where torch knows of one."""


@dataclass(frozen=True)
class Settings:
    """All that decides what is learned of a folder.

    `loss` and `miner` are NAME or NAME:FIELD=VALUE. `edits` name edited copies that a head is shown beside each
    picture; a network on pixels, of `side` px, sees them moved a little. A batch has `classes` times `pictures`.
    """

    loss: str = "arcface"
    miner: str | None = None
    network: Kind = "linear"
    dim: int = 128
    side: int = 32
    edits: tuple[str, ...] = ()
    classes: int = 8
    pictures: int = 4
    iterations: int = 400
    rate: float = 1e-3
    patience: int = 4
    seed: int = 0
    device: Device = "auto"

    def __post_init__(self) -> None:
        if self.network not in KINDS:
            raise BadSetting(f"no network {self.network!r}; known: {', '.join(KINDS)}")
        if self.device not in get_args(Device):
            raise BadSetting(f"no device {self.device!r}; known: {', '.join(get_args(Device))}")
        if not 2 <= self.dim <= 4096:
            raise BadSetting(f"dim is 2 to 4096, not {self.dim}")
        if self.edits and self.on_pixels:
            raise BadSetting("a network on pixels moves them as it goes: leave out the edits")
        for name in self.edits:
            if name not in EDITS:
                raise BadSetting(f"no edit {name!r}; known: {', '.join(EDITS)}")

    @property
    def on_pixels(self) -> bool:
        """Whether the whole network is learned, not a head alone."""
        return self.network == "small_convnet"

    @property
    def seen(self) -> Describer:
        """Describer whose rows the network is shown."""
        return Squares(self.side) if self.on_pixels else ConvNet()

    @property
    def judge_every(self) -> int:
        """Iterations."""
        return max(1, min(50, self.iterations // 8))


@dataclass(frozen=True)
class Progress:
    """After `iteration` of `most`: mean loss since the last one, MAP@R on the classes that end it, the best so far."""

    iteration: int
    most: int
    loss: float
    map_at_r: float
    best: float


@dataclass(frozen=True)
class Telling:
    """Called on the way with a sentence, and with each judgement."""

    remark: Callable[[str], None] = lambda _: None
    progress: Callable[[Progress], None] = lambda _: None


@dataclass(frozen=True, eq=False)
class Trial:
    """Outcome. `gains` are over other rows, by name, on pictures of classes that the network never saw.

    `learned` pictures were learned from, `judged` were asked about; `iteration` is that of the best state. Where that
    is the beginning nothing was learned, and there is no `model`.
    """

    model: Trained | None
    classes: int
    pictures: int
    learned: int
    judged: int
    iteration: int
    gains: Mapping[str, Gain]
    left_out: Mapping[str, int]

"""Classes told apart by angles, the right one with a handicap: SphereFace, ArcFace and CosFace are its settings.

Sources: [Liu et al., SphereFace: deep hypersphere embedding, CVPR 2017], [Wang et al., CosFace: large margin cosine
loss, CVPR 2018], [Deng et al., ArcFace: additive angular margin loss, CVPR 2019], whose section 2.3 combines them.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import pi
from typing import ClassVar

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from lookalike.errors import BadSetting
from lookalike.learn.batch import Batch

CLOSEST = 1 - 1e-6
"""The arc cosine has no gradient at 1: a row on its proxy, or opposite to it, is taken to be this near."""


@dataclass(frozen=True)
class AngularMargin:
    """-log( exp(s p) / (exp(s p) + sum_{c != y} exp(s cos t_c)) ) with p = cos(m1 t_y + m2) - m3.

    Beyond half a turn the cosine would rise again; there p goes on to fall as (-1)^k cos(u) - 2k for u in
    [k pi, (k + 1) pi], SphereFace's own continuation, so that a larger angle is never the better one.
    """

    name: ClassVar[str] = "angular_margin"
    revision: ClassVar[int] = 1
    proxies: ClassVar[int] = 1
    m1: float = 1.0
    m2: float = 0.3
    m3: float = 0.2
    scale: float = 64.0

    def __post_init__(self) -> None:
        if self.m1 < 1 or self.m2 < 0 or self.m3 < 0 or self.scale <= 0:
            raise BadSetting("margins are wanted as m1 >= 1, m2 >= 0, m3 >= 0, and a scale above 0")

    def __call__(self, batch: Batch) -> Tensor:
        cosines = batch.to_proxies[:, :, 0]
        own = batch.labels[:, None]
        angle = torch.acos(cosines.gather(1, own).clamp(-CLOSEST, CLOSEST))
        return cross_entropy(self.scale * cosines.scatter(1, own, self.handicapped(angle)), batch.labels)

    def handicapped(self, angle: Tensor) -> Tensor:
        """Substitute for the cosine of the angle to the row's own proxy, falling throughout [0, pi]."""
        turned = self.m1 * angle + self.m2
        half_turns = torch.floor(turned.detach() / pi)
        sign = 1 - 2 * (half_turns % 2)
        return sign * torch.cos(turned) - 2 * half_turns - self.m3


@dataclass(frozen=True)
class SphereFace(AngularMargin):
    """The angle times m1."""

    name: ClassVar[str] = "sphereface"
    m1: float = 1.35
    m2: float = 0.0
    m3: float = 0.0
    scale: float = 30.0


@dataclass(frozen=True)
class ArcFace(AngularMargin):
    """The angle and m2 radians more."""

    name: ClassVar[str] = "arcface"
    m1: float = 1.0
    m2: float = 0.5
    m3: float = 0.0
    scale: float = 64.0


@dataclass(frozen=True)
class CosFace(AngularMargin):
    """The cosine less m3."""

    name: ClassVar[str] = "cosface"
    m1: float = 1.0
    m2: float = 0.0
    m3: float = 0.35
    scale: float = 64.0

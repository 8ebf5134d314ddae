"""Light, noise and blur of a camera, drawn anew for each picture of a batch, on its device."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def relit(pictures: Tensor, generator: torch.Generator) -> Tensor:
    """(b, c, h, w) light in [0, 1] with other contrast, brightness, a shadow, blur and noise."""
    device, shape = pictures.device, (len(pictures), 1, 1, 1)

    def drawn(low: float, high: float) -> Tensor:
        return low + (high - low) * torch.rand(shape, generator=generator, device=device)

    blurred = functional.avg_pool2d(functional.pad(pictures, (1, 1, 1, 1), mode="replicate"), 3, 1)
    share = drawn(-0.5, 1.0).clamp(min=0)
    found = share * blurred + (1 - share) * pictures
    middle = found.mean(dim=(1, 2, 3), keepdim=True)
    found = (found - middle) * drawn(0.5, 1.3) + middle + drawn(-0.15, 0.15)
    found = found * (1 - _shadows(pictures, generator) * drawn(-0.5, 0.5).clamp(min=0))
    noise = torch.randn(pictures.shape, generator=generator, device=device)
    return (found + noise * drawn(0.0, 0.06)).clamp(0, 1)


def _shadows(pictures: Tensor, generator: torch.Generator) -> Tensor:
    """(b, 1, h, w) in [0, 1]: broad and soft."""
    coarse = torch.rand((len(pictures), 1, 3, 3), generator=generator, device=pictures.device)
    return functional.interpolate(coarse, pictures.shape[2:], mode="bicubic", align_corners=False).clamp(0, 1)

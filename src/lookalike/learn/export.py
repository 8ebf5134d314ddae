"""A trained module as the bytes of an ONNX file, which give the rows of the module, or no file."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import torch
from torch import Tensor, nn

from lookalike.errors import TrainingFailed
from lookalike.models.onnx_session import started
from lookalike.models.own_network import Facts, own_network

TOLERANCE: Final = 1e-4
"""Difference of a number in a row of unit length, between torch and the file."""


def exported(network: Any, facts: Facts, some: Tensor) -> bytes:
    """The file of a module of `learn.networks`; `some` inputs (n, ...) of the module are what both are asked about.

    Raises `TrainingFailed` where the two differ.
    """
    module = network if isinstance(network, nn.Sequential) else nn.Sequential(network)
    tensors = {name: value.detach().cpu().numpy() for name, value in module.state_dict().items()}
    data = own_network(tensors, facts)
    with torch.no_grad():
        expected = nn.functional.normalize(module.cpu().eval()(some.cpu())).numpy()
    given = (
        {"pixels": some.permute(0, 2, 3, 1).contiguous().cpu().numpy()} if facts.side else {"rows": some.cpu().numpy()}
    )
    found = started(data, 1).run(["embedding"], given)[0]
    found = found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-12)
    if not np.abs(found - expected).max(initial=0) <= TOLERANCE:
        raise TrainingFailed(
            f"the file of the network differs from the network by {np.abs(found - expected).max():.1e}: report this"
        )
    return data

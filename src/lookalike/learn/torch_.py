"""PyTorch where it is wanted: it is of the extra `learn`, and nothing else imports it unasked."""

from __future__ import annotations

from typing import Any

from lookalike.errors import MissingExtra


def loaded(doing: str) -> Any:
    """The module, on one thread; raises `MissingExtra` that says what needs it."""
    try:
        import safetensors  # noqa: F401
        import torch
    except ModuleNotFoundError as error:
        raise MissingExtra(f"{doing} needs {error.name}: pip install 'lookalike[learn]'") from error
    torch.set_num_threads(1)  # sums in one order: the seed decides to the last bit
    return torch

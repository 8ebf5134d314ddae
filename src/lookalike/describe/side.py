"""How large the describers of this room want their pictures."""

from __future__ import annotations

from typing import Final

MIN_SIDE: Final = 224
"""px; of them all, the network included, since each further side costs a further decode of every picture."""

"""Nothing leaves the machine: the reports that other people's libraries would send to their makers are off."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final

OFF: Final[Mapping[str, str]] = {
    "ORT_DISABLE_TELEMETRY": "1",  # onnxruntime keeps a device id and events in the user's cache, and looks up a host
    "HF_HUB_DISABLE_TELEMETRY": "1",  # what a describer from elsewhere may load
    "RAY_USAGE_STATS_ENABLED": "0",
    "DO_NOT_TRACK": "1",
}
"""Environment variables by which libraries are told; a child process gets them with the rest of the environment."""


def turn_off() -> None:
    """From now on in this process and its children, for every library that is not yet loaded."""
    os.environ.update(OFF)

"""What a benchmark ran on; loads nothing that a benchmark may want to time."""

from __future__ import annotations

import os
import platform


def machine() -> dict[str, object]:
    """As its figures tell it."""
    return {"cpus": os.cpu_count(), "processor": platform.machine(), "python": platform.python_version()}

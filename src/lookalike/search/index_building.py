"""Large indexes, built in a process of their own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def build_in_a_process(folder: Path) -> None:
    """Brings the indexes of a library up to date; the memory that training takes goes with the process.

    Nothing depends on it: should it fail, the next search builds what is missing.
    """
    program = (
        f"import sys; sys.path[:] = {[entry for entry in sys.path if isinstance(entry, str)]!r}; "
        f"from lookalike.search.library import Library; Library({str(folder)!r}).build_indexes()"
    )
    subprocess.run([sys.executable, "-P", "-c", program], check=False, stdout=subprocess.DEVNULL)

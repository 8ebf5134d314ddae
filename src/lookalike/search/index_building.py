"""Large indexes, built in a process of their own."""

from __future__ import annotations

import os
import selectors
import subprocess
import sys
from typing import Any, Final, cast

from lookalike.index.choice import is_exact
from lookalike.index.derived import Derived, set_kind_for
from lookalike.location import VARIABLE, Location
from lookalike.protocols import Store
from lookalike.search.ingest.options import Options, Progress

WATCH_SECONDS: Final = 0.1
MANY: Final = 300
"""Pictures whose local features take seconds to index."""


def needs_training(store: Store, derived: Derived) -> bool:
    """Whether to bring an index up to date takes so much that it should not be left to the next search."""
    wanted = derived.wanted
    if any(not is_exact(space, derived.rows(store, space), wanted) for space in store.spaces()):
        return True
    count = {space: derived.rows(store, space) for space in store.spaces("local")}
    return any(n >= MANY and not derived.can_grow(space, set_kind_for(space), n) for space, n in count.items())


def build_in_a_process(at: Location, options: Options) -> None:
    """Brings the indexes of a library up to date; the memory that training takes goes with the process.

    Nothing depends on it: should it fail, or be stopped, the next search builds what is missing.
    """
    program = (
        f"import sys; sys.path[:] = {[entry for entry in sys.path if isinstance(entry, str)]!r}; "
        f"import os; from lookalike.search.index_process import build; build(os.environ[{VARIABLE!r}])"
    )
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", program],
        stdout=subprocess.PIPE,
        bufsize=0,
        env=at.environment(),
        **cast(dict[str, Any], {"process_group": 0} if os.name == "posix" else {}),  # out of reach of Ctrl-C
    )
    try:
        _tell(process, options)
    finally:
        process.kill()
        process.wait()


def _tell(process: subprocess.Popen[bytes], options: Options) -> None:
    """Passes on what it says of its progress until it ends, or somebody asks to stop."""
    assert process.stdout is not None
    with process.stdout as told, selectors.DefaultSelector() as selector:
        selector.register(told, selectors.EVENT_READ)
        while not options.should_stop():
            if selector.select(WATCH_SECONDS):
                line = told.readline()
                if not line:
                    return
                built, total = map(int, line.split())
                options.on_commit(Progress(total, built, 0, "indexes"))

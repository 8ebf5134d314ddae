"""How the program begins and ends: closed streams, a reader that goes away, Ctrl-C as it loads, limits."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

IN_CONTRACT = (0, 1, 2, 3, 4, 5, 6, 7, 130)


def ended(
    arguments: Sequence[str | Path], library: Path, *, before: Callable[[], None] | None = None, program: str = ""
) -> subprocess.CompletedProcess[bytes]:
    """The program, or what `program` makes of it, started in a process on which `before` has been called."""
    start = ["-c", program] if program else ["-m", "lookalike"]
    return subprocess.run(
        [sys.executable, *start, *map(os.fsencode, arguments)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        preexec_fn=before,
        check=False,
        env={**os.environ, "LOOKALIKE_LIBRARY": str(library)},
    )


@pytest.mark.parametrize("streams", [(0,), (1,), (2,), (0, 1, 2)])
def test_a_stream_that_is_closed_is_an_empty_one(streams: tuple[int, ...], photos_folder: Path, tmp_path: Path) -> None:
    def close() -> None:
        for number in streams:
            os.close(number)

    library = tmp_path / "library"
    indexed = ended(["index", photos_folder, "--describer", "phash", "--json"], library, before=close)
    asked = ended(["search", "-", "--json"], library, before=close)
    told = ended(["status", "--json"], library, before=close)
    assert (indexed.returncode, asked.returncode, told.returncode) == (3, 2, 0)
    for done in (indexed, asked, told):
        assert b"Traceback" not in done.stderr
    assert ended(["verify"], library).returncode == 0  # nothing was printed into the library


def test_who_no_longer_reads_what_index_tells_does_not_end_it(photos_folder: Path, tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "lookalike", "index", str(photos_folder), "--describer", "phash", "--jsonl"]
    done = subprocess.run(
        [*command, "--library", str(tmp_path / "library")], stdout=writer, stderr=subprocess.PIPE, check=False
    )
    os.close(writer)
    assert done.returncode in (0, 3)
    assert b"Traceback" not in done.stderr
    assert b'"images": 4' in ended(["status", "--json"], tmp_path / "library").stdout


INTERRUPTED = """
import os, signal, sys

class Interrupting:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            os.kill(os.getpid(), signal.SIGINT)

from lookalike.app.cli import main
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell starts its background jobs with Ctrl-C ignored
sys.meta_path.insert(0, Interrupting())
main()
"""


@pytest.mark.parametrize("module", ["typer", "lookalike.app.cli.program", "lookalike.search.library", "numpy", "cv2"])
def test_ctrl_c_while_the_program_loads_is_no_traceback(module: str, photos_folder: Path, tmp_path: Path) -> None:
    arguments = ["match", photos_folder / "0.png", photos_folder / "1.png"]
    if module == "lookalike.search.library":
        arguments = ["status"]
    done = ended(arguments, tmp_path / "library", program=INTERRUPTED.format(module=module))
    assert done.returncode == 130
    assert done.stderr in (b"", b"interrupted\n")


def test_too_little_address_space_is_said_before_a_library_crashes(photos_folder: Path, tmp_path: Path) -> None:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (1_536_000_000, resource.RLIM_INFINITY))

    done = ended(["search", photos_folder / "0.png"], tmp_path / "library", before=limit)
    assert done.returncode == 7
    assert b"address space is limited to 1.54 GB" in done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("verb", ["search", "match", "compare", "locate", "index", "dupes", "forget", "describe"])
def test_a_path_that_is_too_long_is_wrong_use(verb: str, photos_folder: Path, tmp_path: Path) -> None:
    long, longer = "x" * 300 + ".png", "/".join(["y" * 200] * 30) + ".png"
    library = tmp_path / "library"
    for path in (long, longer):
        arguments: list[str | Path] = [verb, path]
        if verb in ("match", "compare", "locate"):
            arguments.append(photos_folder / "0.png")
        if verb == "describe":
            arguments += ["--with", "phash", "-o", tmp_path / "rows.npz"]
        if verb == "dupes":
            arguments = ["dupes", "-o", path]
        done = ended(arguments, library)
        assert done.returncode in IN_CONTRACT
        assert done.returncode != 0
        assert b"Traceback" not in done.stderr
        assert b"defect" not in done.stderr
        assert b"Errno" not in done.stderr


def test_a_name_that_is_no_utf_8_is_told_on_stderr_in_its_own_bytes(photos_folder: Path, tmp_path: Path) -> None:
    odd = os.fsencode(photos_folder) + b"/\xe9t\xe9.png"
    Path(os.fsdecode(odd)).write_bytes(b"no picture")
    done = ended(["index", photos_folder, "--describer", "phash"], tmp_path / "library")
    assert odd in done.stderr


def test_opening_a_library_loads_nothing_that_only_some_questions_need() -> None:
    late = ("scipy.fft", "scipy.linalg", "faiss", "lookalike.match.difference.comparison", "lookalike.learn.adapt")
    program = f"import sys, lookalike.search.library; print(*(name for name in {late!r} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []

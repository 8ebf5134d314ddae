"""Whatever stops a verb that writes, nothing is lost and the next run finishes: benchmarks/reliability in short."""

from __future__ import annotations

import random
import shutil
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

Reliability = Callable[[str], ModuleType]
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="signals, strace and a tmpfs as Linux has them")


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory, reliability: Reliability) -> Any:
    """Pictures, and the libraries that verbs begin with."""
    return reliability("writing").Scene(tmp_path_factory.mktemp("scene"))


@pytest.mark.parametrize(("verb", "writing"), [("index more", 0.1), ("compact", 0.03)])
def test_a_kill_loses_nothing(verb: str, writing: float, scene: Any, reliability: Reliability) -> None:
    at = random.Random(0).uniform(0, writing)
    killed = reliability("kills").killed(scene, verb, scene.root / "killed" / "library", writing, at)
    assert killed.wrong == []


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not here")
@pytest.mark.parametrize("fault", [("pwrite64", "ENOSPC", 5, True), ("fdatasync", "EIO", 1, True)])
def test_a_system_call_that_fails_loses_nothing(
    fault: tuple[str, str, int, bool], scene: Any, reliability: Reliability
) -> None:
    faults = reliability("syscall_faults")
    found = faults.one(scene, "index more", scene.root / "faulted" / "library", faults.Fault(*fault))
    assert found.struck
    assert (found.run.code, found.wrong) == (7, [])


def test_a_full_disk_loses_nothing(scene: Any, reliability: Reliability) -> None:
    full_disks = reliability("full_disks")
    reason = full_disks.why_not()
    if reason is not None:
        pytest.skip(reason)
    (full,) = full_disks.full_disks(scene, "index more", 1, random.Random(1))
    assert (full.run.code, full.wrong) == (7, [])


def test_what_is_missing_or_strange_is_told(scene: Any, reliability: Reliability) -> None:
    """The judge itself: of a library that lost a file, of one that was promised more, and of none."""
    writing = reliability("writing")
    library = scene.fresh("index more", scene.root / "judged" / "library")
    assert writing.wrong_after(scene, "index more", library, writing.Run(-9, "", "")) == []
    told = '{"committed": 5, "total": 12, "failed": 0}\n'
    (lost,) = writing.wrong_after(scene, "index more", library, writing.Run(-9, told, ""))
    assert "acknowledged" in lost
    assert "done" in writing.wrong_after(scene, "index more", library, writing.Run(0, "", ""))[0]
    shutil.rmtree(library)
    assert "lost" in writing.wrong_after(scene, "index more", library, writing.Run(-9, "", ""))[0]
    library = scene.fresh("compact", library)
    assert any("strange" in line for line in writing.wrong_after(scene, "index more", library, writing.Run(-9, "", "")))

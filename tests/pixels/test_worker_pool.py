from __future__ import annotations

import gc
import io
import json
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Generator, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from lookalike.errors import BadPicture, LookalikeError
from lookalike.pixels import worker_process
from lookalike.pixels.door import DecodeJob, Decoder
from lookalike.pixels.limits import Limits
from lookalike.pixels.worker_pool import MORE, MORE_BYTES, Isolated, Reply
from lookalike.pixels.worker_process import SMALL
from lookalike.pixels.worker_protocol import Kind, read_reply, write_job

LIMITS = Limits(seconds=20.0, memory=2**30)
linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps the limit of address space")


@pytest.fixture
def handlers(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    import isolated_handlers

    return isolated_handlers


@pytest.fixture
def pool(handlers: ModuleType) -> Iterator[Isolated[tuple[str, int]]]:
    with Isolated(handlers.make, workers=2, limits=LIMITS) as pool:
        yield pool


def children() -> set[int]:
    """Processes started by this one that still run."""
    listed = subprocess.run(
        ["ps", "-ww", "-o", "pid=,stat=,args=", "--ppid", str(os.getpid())], capture_output=True, text=True
    )
    rows = (line.split(maxsplit=2) for line in listed.stdout.splitlines())
    return {int(pid) for pid, state, args in rows if "lookalike" in args}


def outcomes(
    pool: Isolated[tuple[str, int]], jobs: list[tuple[str, int]], size: int = MORE_BYTES
) -> dict[tuple[str, int], str]:
    """Each job, of `size` bytes as the pool is told, with "reply", or its reason."""
    got = pool.run(jobs, lambda _: size)
    return {job: outcome.reason if isinstance(outcome, BadPicture) else "reply" for job, outcome in got}


@pytest.mark.parametrize(
    ("size", "drawn"), [(1, MORE * 2), (MORE_BYTES, 4), (2 * MORE_BYTES, 4), (MORE_BYTES // 3 + 1, 6)]
)
def test_more_jobs_are_under_way_the_smaller_they_are(pool: Isolated[tuple[str, int]], size: int, drawn: int) -> None:
    begun: list[int] = []

    def jobs() -> Iterator[tuple[str, int]]:
        for number in range(40):
            begun.append(number)
            yield "reply", number

    outcomes = pool.run(jobs(), lambda _: size)
    next(outcomes)
    assert len(begun) == drawn
    assert sum(1 for _ in outcomes) == 39


@pytest.mark.parametrize("size", [1, MORE_BYTES], ids=["ahead", "alone"])
@pytest.mark.parametrize(
    ("doing", "reason"),
    [
        ("die", "decoder_crash"),
        ("crash", "decoder_crash"),
        ("kill", "decoder_crash"),
        ("fail", "decoder_crash"),
        ("no_json", "decoder_crash"),
        ("objects", "decoder_crash"),
        ("refuse", "unsupported"),
        pytest.param("allocate", "too_large", marks=linux),
    ],
)
def test_a_bad_job_costs_itself_and_no_other(
    pool: Isolated[tuple[str, int]], doing: str, reason: str, size: int
) -> None:
    jobs = [("reply", number) for number in range(12)]
    bad = [(doing, 100), (doing, 101)]
    got = outcomes(pool, [*jobs[:4], bad[0], *jobs[4:8], bad[1], *jobs[8:]], size)
    assert got == dict.fromkeys(jobs, "reply") | dict.fromkeys(bad, reason)


@pytest.mark.parametrize("size", [1, MORE_BYTES], ids=["ahead", "alone"])
def test_a_job_without_end_is_ended(handlers: ModuleType, size: int) -> None:
    jobs = [("reply", 0), ("sleep", 1), ("reply", 2), ("sleep", 3), ("reply", 4)]
    with Isolated(handlers.make, workers=2, limits=Limits(seconds=0.5)) as pool:
        started = time.monotonic()
        got = outcomes(pool, jobs, size)
        assert time.monotonic() - started < 10
    assert got == {job: "timeout" if job[0] == "sleep" else "reply" for job in jobs}


def test_prints_and_reads_do_not_disturb_the_replies(pool: Isolated[tuple[str, int]]) -> None:
    for number in range(3):
        reply = pool.one(("print", number))
        assert reply.data["number"] == number
        assert reply.arrays[0].tolist() == [number] * 3


def test_prints_of_the_start_do_not_disturb_the_replies(handlers: ModuleType) -> None:
    with Isolated(handlers.make_that_prints, workers=1, limits=LIMITS) as pool:
        assert pool.one(("reply", 3)).data["number"] == 3


@pytest.mark.parametrize(("size", "sent_at_first"), [(SMALL, 2), (SMALL + 1, 1)])
def test_a_small_job_waits_in_the_pipe_of_a_busy_worker_and_a_large_one_does_not(
    handlers: ModuleType, monkeypatch: pytest.MonkeyPatch, size: int, sent_at_first: int
) -> None:
    sent: list[bytes] = []
    sent_before: list[int] = []  # when a reply has come

    def count(stream: io.FileIO, job: bytes) -> None:
        sent.append(job)
        write_job(stream, job)

    def look(stream: io.FileIO, *, most: int) -> tuple[Kind, Reply]:
        reply = read_reply(stream, most=most)
        sent_before.append(len(sent))
        return reply

    with Isolated(handlers.make, workers=1, limits=LIMITS) as pool:
        pool.one(("reply", 0))
        monkeypatch.setattr(worker_process, "write_job", count)
        monkeypatch.setattr(worker_process, "read_reply", look)
        assert len(list(pool.run([("doze", 1), ("reply", 2)], lambda _: size))) == 2
    assert sent_before == [sent_at_first, 2]


def test_one_worker_tells_of_jobs_in_their_order(handlers: ModuleType) -> None:
    jobs = [("reply" if number % 7 else "die", number) for number in range(60)]
    with Isolated(handlers.make, workers=1, limits=LIMITS) as pool:
        assert list(outcomes(pool, jobs, 1)) == jobs
        assert list(outcomes(pool, [("reply", number) for number in range(600)], 1).items()) == [
            (("reply", number), "reply") for number in range(600)
        ]


def test_a_job_that_waits_has_all_its_time(handlers: ModuleType) -> None:
    with Isolated(handlers.make, workers=1, limits=Limits(seconds=1.1)) as pool:
        assert set(outcomes(pool, [("doze", number) for number in range(3)], 1).values()) == {"reply"}


def test_a_worker_that_dies_is_replaced_at_once(handlers: ModuleType) -> None:
    before = children()
    with Isolated(handlers.make, workers=1, limits=LIMITS) as pool:
        with pytest.raises(BadPicture):
            pool.one(("die", 0))
        assert len(children() - before) == 1


def test_what_a_defect_said_is_in_the_detail(pool: Isolated[tuple[str, int]]) -> None:
    with pytest.raises(BadPicture, match="KeyError: 'a defect, 5'"):
        pool.one(("fail", 5))
    with pytest.raises(BadPicture, match="SIGSEGV"):
        pool.one(("crash", 0))
    with pytest.raises(BadPicture, match="exit status 7"):
        pool.one(("die", 0))


@linux
def test_memory_is_limited_to_what_is_given(handlers: ModuleType) -> None:
    with Isolated(handlers.make, workers=1, limits=Limits(memory=200 * 2**20)) as pool:
        assert pool.one(("allocate_some", 100 * 2**20)).data["bytes"] == 100 * 2**20
        with pytest.raises(BadPicture, match="too_large"):
            pool.one(("allocate_some", 300 * 2**20))
        assert pool.one(("reply", 1)).data["number"] == 1


@linux
def test_a_job_that_memory_has_no_room_for_is_too_large_and_the_next_is_done(handlers: ModuleType) -> None:
    with Isolated(handlers.make, workers=1, limits=Limits(memory=64 * 2**20)) as pool:
        process = pool.one(("reply", 0)).data["process"]
        with pytest.raises(BadPicture, match="too_large"):
            pool.one(("reply", bytes(100 * 2**20)))  # type: ignore[arg-type]
        assert pool.one(("reply", 1)).data["process"] == process


@linux
def test_what_decoding_may_hold_is_limited_the_file_included() -> None:
    """A picture of 8 Mpx takes 57 MB, one of 32 Mpx four times that; a file is in memory twice for a moment."""
    limits = Limits(decoding=180 * 2**20)
    with Isolated(Decoder(limits), workers=1, limits=limits) as pool:
        assert pool.one(DecodeJob(pgm(4000, 2000), None)).arrays[0].shape == (2000, 4000, 3)
        for too_large in (pgm(8000, 4000), pgm(4000, 2000) + bytes(120 * 2**20)):
            with pytest.raises(BadPicture, match="too_large"):
                pool.one(DecodeJob(too_large, None))
        assert pool.one(DecodeJob(pgm(4000, 2000), None)).arrays[0].shape == (2000, 4000, 3)


def pgm(width: int, height: int) -> bytes:
    """A grey picture of zeros."""
    return b"P5 %d %d 255\n" % (width, height) + bytes(width * height)


def test_jobs_are_drawn_as_there_is_room_for_them(pool: Isolated[tuple[str, int]]) -> None:
    drawn, ahead, thread = 0, [], threading.current_thread()

    def jobs() -> Iterator[tuple[str, int]]:
        nonlocal drawn
        for number in range(30):
            assert threading.current_thread() is thread
            drawn += 1
            yield "wait", number

    for done, _ in enumerate(pool.run(jobs())):
        ahead.append(drawn - done)
    assert len(ahead) == 30
    assert max(ahead) <= 2 * 2


def test_both_workers_work(pool: Isolated[tuple[str, int]]) -> None:
    replies = [got for _, got in pool.run(("wait", number) for number in range(20)) if isinstance(got, Reply)]
    assert len({reply.data["process"] for reply in replies}) == 2


def test_no_worker_starts_before_there_is_a_job(handlers: ModuleType) -> None:
    before = children()
    with Isolated(handlers.make, workers=8, limits=LIMITS) as pool:
        assert list(pool.run([])) == []
        assert children() == before
        assert pool.one(("reply", 1)).data["number"] == 1
        assert len(children() - before) == 1


def test_a_pool_that_is_left_early_leaves_no_process(handlers: ModuleType) -> None:
    before = children()

    def numbers() -> Generator[int, None, None]:
        with Isolated(handlers.make, workers=2, limits=LIMITS) as pool:
            for _, got in pool.run([("reply", 0), ("sleep", 1), ("sleep", 2), ("reply", 3)]):
                assert isinstance(got, Reply)
                yield got.data["number"]

    generator = numbers()
    assert next(generator) == 0
    assert children() > before
    started = time.monotonic()
    generator.close()
    assert time.monotonic() - started < 5
    assert children() == before


def test_an_error_of_the_jobs_themselves_ends_the_run_and_leaves_no_process(handlers: ModuleType) -> None:
    before = children()

    def jobs() -> Iterator[tuple[str, int]]:
        yield "reply", 0
        raise OSError("the folder is gone")

    with Isolated(handlers.make, workers=2, limits=LIMITS) as pool, pytest.raises(OSError, match="folder is gone"):
        list(pool.run(jobs()))
    assert children() == before


def test_a_run_that_is_left_early_does_not_spoil_the_next(pool: Isolated[tuple[str, int]]) -> None:
    for _ in pool.run(("wait", number) for number in range(10)):
        break
    assert outcomes(pool, [("reply", 7)]) == {("reply", 7): "reply"}


@pytest.mark.parametrize(
    ("make", "said"), [("make_that_fails", "no weights in here"), ("make_that_dies", "exit status 3: last words")]
)
def test_a_worker_that_cannot_start_is_an_error_that_says_why(handlers: ModuleType, make: str, said: str) -> None:
    before = children()
    with Isolated(getattr(handlers, make), workers=2, limits=LIMITS) as pool:
        with pytest.raises(LookalikeError, match=said):
            list(pool.run(("reply", number) for number in range(10)))
        with pytest.raises(LookalikeError, match=said):
            pool.one(("reply", 0))
    assert children() == before


def test_a_job_that_cannot_be_pickled_is_the_callers_mistake(pool: Isolated[tuple[str, int]]) -> None:
    with pytest.raises((AttributeError, pickle.PicklingError, TypeError)):
        pool.one(("reply", lambda: 1))  # type: ignore[arg-type]
    assert pool.one(("reply", 1)).data["number"] == 1


def test_a_worker_that_dies_between_jobs_costs_none(pool: Isolated[tuple[str, int]]) -> None:
    process = pool.one(("reply", 0)).data["process"]
    os.kill(process, 9)
    time.sleep(0.2)
    assert pool.one(("reply", 1)).data["process"] != process


def test_workers_ignore_the_interrupt_key(pool: Isolated[tuple[str, int]]) -> None:
    assert pool.one(("interrupt", 1)).data["number"] == 1


def test_workers_keep_to_one_thread_and_load_little(pool: Isolated[tuple[str, int]]) -> None:
    data = pool.one(("environment", 0)).data
    assert data["threads"] == "1"
    assert data["path"] == sys.path
    assert not {"cv2", "faiss", "onnxruntime", "torch", "pytest"} & set(data["modules"])


def test_a_folder_with_a_trap_in_it_is_not_imported_from(
    handlers: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "numpy.py").write_text("raise SystemExit('caught')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if entry])
    with Isolated(handlers.make, workers=1, limits=LIMITS) as pool:
        assert pool.one(("reply", 1)).data["number"] == 1


class Trap:
    """Unpickling it says so."""

    def __reduce__(self) -> tuple[object, ...]:
        return (print, ("unpickled in the parent",))


@pytest.mark.parametrize(
    "header",
    [
        pickle.dumps(Trap()),
        b"not JSON",
        json.dumps({"kind": "reply", "data": {}, "arrays": [["object", [1]]]}).encode(),
        json.dumps({"kind": "reply", "data": {}, "arrays": [["uint8", [2**62]]]}).encode(),
        json.dumps({"kind": "reply", "data": {}, "arrays": [["uint8", [-1]]]}).encode(),
        json.dumps({"kind": "reply", "data": {}, "arrays": [["uint8", [True, "3"]]]}).encode(),
        json.dumps({"kind": "reply", "data": [], "arrays": []}).encode(),
        json.dumps({"kind": "order", "data": {}, "arrays": []}).encode(),
        json.dumps([1]).encode(),
        b"[" * 100_000,
    ],
    ids=["pickle", "text", "object", "huge", "negative", "no-shape", "list", "kind", "no-map", "deep"],
)
def test_what_a_worker_forges_is_never_loaded(
    handlers: ModuleType, capfd: pytest.CaptureFixture[str], header: bytes
) -> None:
    with Isolated(handlers.Forger(header), workers=1, limits=Limits(seconds=5.0)) as pool:
        with pytest.raises(BadPicture, match="decoder_crash"):
            pool.one(("forge", 0))
        assert pool.one(("reply", 1)).data["number"] == 1
    assert "unpickled" not in capfd.readouterr().out


@pytest.mark.parametrize(("last", "seconds"), [("reply", 30.0), ("sleep", 0.1)])
def test_a_worker_dies_with_its_parent_even_in_the_middle_of_a_job(
    handlers: ModuleType, last: str, seconds: float
) -> None:
    program = f"""
import os, sys, threading, time
sys.path.insert(0, {str(Path(__file__).parent)!r})
import isolated_handlers
from lookalike.pixels import worker_process as process
from lookalike.pixels import worker_process
from lookalike.pixels.door import DecodeJob, Decoder
from lookalike.pixels.worker_pool import Isolated
from lookalike.pixels.limits import Limits
# the parent is gone before it can end the job
process.Process.kill_if_late = lambda self: self._due < time.monotonic() and os._exit(0)
pool = Isolated(isolated_handlers.make, workers=1, limits=Limits(seconds={seconds}))
print(pool.one(("reply", 0)).data["process"], flush=True)
pool.one(({last!r}, 1))
os._exit(0)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    process = int(done.stdout)
    for _ in range(100):
        if not state(process) or "Z" in state(process):
            return
        time.sleep(0.05)
    os.kill(process, signal.SIGKILL)
    pytest.fail("the worker lives on")


def test_the_interrupt_key_ends_the_run_at_once_and_with_it_every_worker() -> None:
    program = f"""
import signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # what runs the tests may have been told to ignore the key
sys.path.insert(0, {str(Path(__file__).parent)!r})
import isolated_handlers
from lookalike.pixels import worker_process
from lookalike.pixels.door import DecodeJob, Decoder
from lookalike.pixels.worker_pool import Isolated
from lookalike.pixels.limits import Limits
with Isolated(isolated_handlers.make, workers=2, limits=Limits()) as pool:
    try:
        for _, got in pool.run([("reply", 0), ("sleep", 1), ("sleep", 2)]):
            print(got.data["process"], flush=True)
    except KeyboardInterrupt:
        print("interrupted", flush=True)
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        process = int(running.stdout.readline())
        started = time.monotonic()
        running.send_signal(signal.SIGINT)
        assert running.stdout.readline() == "interrupted\n"
        assert running.wait() == 0
        assert time.monotonic() - started < 5
    assert not state(process)


def state(process: int) -> str:
    return subprocess.run(["ps", "-o", "stat=", "-p", str(process)], capture_output=True, text=True).stdout


def test_a_closed_pool_takes_no_job_and_can_be_closed_again(handlers: ModuleType) -> None:
    pool = Isolated(handlers.make, workers=1, limits=LIMITS)
    pool.one(("reply", 0))
    pool.close()
    pool.close()
    with pytest.raises(RuntimeError):
        pool.one(("reply", 0))


def test_nothing_is_left_open(handlers: ModuleType) -> None:
    def descriptors() -> int:
        return len(list(Path("/dev/fd").iterdir()))

    gc.collect()
    before = descriptors()
    for _ in range(3):
        with Isolated(handlers.make, workers=2, limits=LIMITS) as pool:
            outcomes(pool, [("die", 0), ("reply", 1), ("die", 2), ("reply", 3)])
    assert descriptors() == before


def test_no_worker_at_all_is_a_mistake(handlers: ModuleType) -> None:
    with pytest.raises(ValueError, match="workers"):
        Isolated(handlers.make, workers=0, limits=LIMITS)

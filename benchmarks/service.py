"""The service under load: questions alone, at half of what it can do, at twice of it, and back to normal.

python benchmarks/service.py FOLDER [--questions 100] [--seconds 20] [--workers 1] [--threads 2] [--only-crowd]
FOLDER: pictures, indexed anew; or --library DIR: one that is there, asked with pictures of its own.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

LOST = 0
"""Stands for the status of an answer that never came."""
AT_ONCE = 100
"""Questions that ask again and again in a crowd: more than may wait."""
PATIENCE = 60.0
"""Seconds after which a question counts as lost."""
NEAR = 1.5
"""Times as long as the median of a question alone, and it is back to normal."""


@dataclass(frozen=True)
class Running:
    """A service that runs, and its process."""

    address: str
    pid: int

    async def ask(self, question: bytes) -> tuple[int, float]:
        """Status, and seconds to the answer, by a connection of its own."""
        started = time.perf_counter()
        status = LOST
        with suppress(OSError, ValueError, IndexError, TimeoutError):
            async with asyncio.timeout(PATIENCE):
                where = urlsplit(self.address)
                reader, writer = await asyncio.open_connection(where.hostname, where.port)
                try:
                    writer.write(question)
                    status = int((await reader.readline()).split()[1])
                    await reader.read()
                finally:
                    writer.close()
        return status, time.perf_counter() - started

    def megabytes(self) -> float:
        """Memory of all its processes, what they share counted once."""
        parents = {int(stat.parent.name): _parent(stat) for stat in Path("/proc").glob("[0-9]*/stat")}
        own = {self.pid}
        while more := {pid for pid, parent in parents.items() if parent in own} - own:
            own |= more
        return round(sum(map(_kilobytes, own)) / 1000, 1)


def _parent(stat: Path) -> int:
    try:
        return int(stat.read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def _kilobytes(pid: int) -> int:
    with suppress(OSError):
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return 0


def question_of(address: str, picture: bytes) -> bytes:
    """A request as curl -F sends it."""
    body = b'--x\r\nContent-Disposition: form-data; name="picture"; filename="a.jpg"\r\n\r\n' + picture
    body += b'\r\n--x\r\nContent-Disposition: form-data; name="k"\r\n\r\n10\r\n--x--\r\n'
    lines = [
        "POST /api/search HTTP/1.1",
        f"Host: {urlsplit(address).netloc}",
        "Content-Type: multipart/form-data; boundary=x",
        f"Content-Length: {len(body)}",
        "Connection: close",
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


@contextmanager
def served(library: Path, arguments: Sequence[str]) -> Iterator[Running]:
    """A service of its own."""
    command = [sys.executable, "-m", "lookalike", "--library", str(library), "serve", "--port", "0", *arguments]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            yield Running(process.stderr.readline().split()[4], process.pid)
        finally:
            process.terminate()


async def alone(service: Running, questions: list[bytes], count: int) -> list[float]:
    """Seconds of questions one after another."""
    return [(await service.ask(questions[at % len(questions)]))[1] for at in range(count)]


async def closed(service: Running, questions: list[bytes], count: int, at_once: int) -> float:
    """Questions answered a second, where `at_once` ask and each asks again when it is answered."""
    left = iter(range(count))
    answered = 0

    async def one() -> None:
        nonlocal answered
        for at in left:
            status, _ = await service.ask(questions[at % len(questions)])
            answered += status == 200

    started = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(at_once)))
    return answered / (time.perf_counter() - started)


async def offered(service: Running, questions: list[bytes], rate: float, seconds: float) -> dict[str, Any]:
    """Outcomes of questions that come `rate` a second, whether or not those before are answered."""
    tasks: list[asyncio.Task[tuple[int, float]]] = []
    started = time.perf_counter()
    for at in range(int(rate * seconds)):
        await asyncio.sleep(max(0.0, started + at / rate - time.perf_counter()))
        tasks.append(asyncio.create_task(service.ask(questions[at % len(questions)])))
    told = await asyncio.gather(*tasks)
    took = time.perf_counter() - started
    answered = sum(status == 200 for status, _ in told)
    return {"offered_a_second": round(rate, 2), "answered_a_second": round(answered / took, 2), **outcomes(told)}


async def crowded(service: Running, questions: list[bytes], seconds: float) -> dict[str, Any]:
    """Seconds of questions that come ten a second while far more ask than find room; by status."""
    ends = time.perf_counter() + seconds
    told: list[tuple[int, float]] = []

    async def crowd(number: int) -> None:
        at = number
        while time.perf_counter() < ends:
            if (await service.ask(questions[at % len(questions)]))[0] == 503:
                await asyncio.sleep(1)
            at += AT_ONCE

    async def passer_by() -> None:
        told.append(await service.ask(questions[0]))

    tasks = [asyncio.create_task(crowd(number)) for number in range(AT_ONCE)]
    await asyncio.sleep(1)
    while time.perf_counter() < ends:
        tasks.append(asyncio.create_task(passer_by()))
        await asyncio.sleep(0.1)
    await asyncio.gather(*tasks)
    return outcomes(told)


async def seconds_until_normal(service: Running, questions: list[bytes], usual: float) -> float:
    """Seconds from now until the end of the first answer that took as long as usual."""
    started = time.perf_counter()
    for at in range(1000):
        status, taken = await service.ask(questions[at % len(questions)])
        if status == 200 and taken <= NEAR * usual:
            break
    return round(time.perf_counter() - started, 2)


def outcomes(told: Sequence[tuple[int, float]]) -> dict[str, Any]:
    """Answers by status, and the seconds that each took."""
    by_status = {status: [taken for each, taken in told if each == status] for status in {status for status, _ in told}}
    return {
        "answers": dict(Counter(status for status, _ in told)),
        "seconds": {status: shares(taken) for status, taken in by_status.items()},
    }


def shares(taken: list[float]) -> dict[str, float]:
    """The median and what 95 and 99 of 100 stay below."""
    cuts = statistics.quantiles(taken, n=100) if len(taken) > 1 else taken * 99
    return {"p50": round(cuts[49], 4), "p95": round(cuts[94], 4), "p99": round(cuts[98], 4)}


async def measured(
    service: Running, pictures: list[bytes], count: int, seconds: float, at_once: int, only_crowd: bool
) -> dict[str, Any]:
    """All stages in turn, with the memory after each."""
    questions = [question_of(service.address, picture) for picture in pictures]
    await asyncio.gather(*(alone(service, questions, 8) for _ in range(at_once)))
    if only_crowd:
        return {"crowded": await crowded(service, questions, seconds)}
    memory = {"begun": service.megabytes()}
    quiet = shares(await alone(service, questions, count))
    capacity = await closed(service, questions, count, at_once)
    told: dict[str, Any] = {"alone": quiet, "capacity_a_second": round(capacity, 2)}
    for name, rate in (("half", capacity / 2), ("twice", 2 * capacity)):
        told[name] = await offered(service, questions, rate, seconds)
        memory[name] = service.megabytes()
    told["seconds_until_normal"] = await seconds_until_normal(service, questions, quiet["p50"])
    told["crowded"] = await crowded(service, questions, seconds)
    memory["crowded"] = service.megabytes()
    told["alone_after"] = shares(await alone(service, questions, count))
    return {**told, "megabytes": {**memory, "after": service.megabytes()}}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--library", type=Path)
    parser.add_argument("--questions", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--only-crowd", action="store_true", help="only what refusals take, while it is full")
    asked = parser.parse_args()
    if (asked.folder is None) == (asked.library is None):
        parser.error("give FOLDER, or --library DIR")
    import lookalike

    with tempfile.TemporaryDirectory() as scratch:
        library = asked.library or Path(scratch) / "library"
        with lookalike.open(library) as opened:
            if asked.folder is not None:
                opened.index(asked.folder)
            files = sorted(record.path for record in opened.records() if record.has_file)
        pictures = [Path(path).read_bytes() for path in files[:: max(1, len(files) // 50)]]
        arguments = ["--workers", str(asked.workers), "--threads", str(asked.threads)]
        with served(library, arguments) as service:
            at_once = 2 * asked.workers * asked.threads
            told = asyncio.run(measured(service, pictures, asked.questions, asked.seconds, at_once, asked.only_crowd))
    print(json.dumps({"pictures": len(files), "workers": asked.workers, "threads": asked.threads, **told}, indent=2))


if __name__ == "__main__":
    main()

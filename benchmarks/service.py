"""The service under load: seconds of a question alone, at half of what it can do, at twice of it, and back to normal.

python benchmarks/service.py FOLDER [--questions 100] [--seconds 20] [--only-crowd]    FOLDER: pictures, indexed anew
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
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

LOST = 0
"""Stands for the status of an answer that never came."""
K = {"k": "10"}
ROOM = 10
"""Questions in work and in wait, unless told otherwise."""
PATIENCE = 60.0
"""Seconds after which a question counts as lost."""


@contextmanager
def served(library: Path) -> Iterator[str]:
    """Address of a service of its own."""
    command = [sys.executable, "-m", "lookalike", "--library", str(library), "serve", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            yield process.stderr.readline().split()[4]
        finally:
            process.terminate()


async def ask(client: Any, picture: bytes) -> tuple[int, float]:
    """Status, and seconds to the answer."""
    started = time.perf_counter()
    try:
        answer = await client.post("/api/search", files={"picture": ("a.jpg", picture)}, data=K)
    except httpx2.TransportError:
        return LOST, time.perf_counter() - started
    return answer.status_code, time.perf_counter() - started


async def alone(client: Any, pictures: list[bytes], count: int) -> list[float]:
    """Seconds of questions one after another."""
    return [(await ask(client, pictures[at % len(pictures)]))[1] for at in range(count)]


async def closed(client: Any, pictures: list[bytes], count: int, at_once: int) -> float:
    """Questions answered a second, where `at_once` ask and each asks again when it is answered."""
    left = iter(range(count))

    async def one() -> None:
        for at in left:
            await ask(client, pictures[at % len(pictures)])

    started = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(at_once)))
    return count / (time.perf_counter() - started)


async def offered(client: Any, pictures: list[bytes], rate: float, seconds: float) -> dict[str, Any]:
    """Outcomes of questions that come `rate` a second, whether or not those before are answered."""
    tasks: list[asyncio.Task[tuple[int, float]]] = []
    started = time.perf_counter()
    for at in range(int(rate * seconds)):
        await asyncio.sleep(max(0.0, started + at / rate - time.perf_counter()))
        tasks.append(asyncio.create_task(ask(client, pictures[at % len(pictures)])))
    told = await asyncio.gather(*tasks)
    by_status = {status: [taken for each, taken in told if each == status] for status in {status for status, _ in told}}
    return {
        "offered_a_second": round(rate, 2),
        "answers": dict(Counter(status for status, _ in told)),
        "seconds": {status: shares(taken) for status, taken in by_status.items()},
    }


async def crowded(client: Any, pictures: list[bytes], seconds: float) -> dict[str, Any]:
    """Seconds of refusals, ten a second, while twice as many ask as find room; by status."""
    ends = time.perf_counter() + seconds
    told: list[tuple[int, float]] = []

    async def crowd(number: int) -> None:
        at = number
        while time.perf_counter() < ends:
            if (await ask(client, pictures[at % len(pictures)]))[0] == 503:
                await asyncio.sleep(0.2)
            at += ROOM

    async def passer_by() -> None:
        told.append(await ask(client, pictures[0]))

    tasks = [asyncio.create_task(crowd(number)) for number in range(2 * ROOM)]
    await asyncio.sleep(1)
    while time.perf_counter() < ends:
        tasks.append(asyncio.create_task(passer_by()))
        await asyncio.sleep(0.1)
    await asyncio.gather(*tasks)
    return {
        "answers": dict(Counter(status for status, _ in told)),
        "seconds": {each: shares([taken for status, taken in told if status == each]) for each in {s for s, _ in told}},
    }


def shares(taken: list[float]) -> dict[str, float]:
    """The median and what 95 and 99 of 100 stay below."""
    cuts = statistics.quantiles(taken, n=100) if len(taken) > 1 else taken * 99
    return {"p50": round(cuts[49], 3), "p95": round(cuts[94], 3), "p99": round(cuts[98], 3)}


async def measured(
    address: str, pictures: list[bytes], questions: int, seconds: float, only_crowd: bool
) -> dict[str, Any]:
    async with httpx2.AsyncClient(
        base_url=address, timeout=PATIENCE, limits=httpx2.Limits(max_connections=None)
    ) as client:
        await alone(client, pictures, 4)
        if only_crowd:
            return {"crowded": await crowded(client, pictures, seconds)}
        quiet = shares(await alone(client, pictures, questions))
        capacity = await closed(client, pictures, questions, 4)
        half = await offered(client, pictures, capacity / 2, seconds)
        twice = await offered(client, pictures, 2 * capacity, seconds)
        crowd = await crowded(client, pictures, seconds)
        after = shares(await alone(client, pictures, questions))
    return {
        "alone": quiet,
        "capacity_a_second": round(capacity, 2),
        "half": half,
        "twice": twice,
        "crowded": crowd,
        "alone_after": after,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--questions", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--only-crowd", action="store_true", help="only what refusals take, while it is full")
    asked = parser.parse_args()
    import lookalike

    with tempfile.TemporaryDirectory() as scratch:
        library = Path(scratch) / "library"
        with lookalike.open(library) as opened:
            opened.index(asked.folder)
            files = [record.path for record in opened.records()]
        pictures = [Path(path).read_bytes() for path in files[:: max(1, len(files) // 50)]]
        with served(library) as address:
            told = asyncio.run(measured(address, pictures, asked.questions, asked.seconds, asked.only_crowd))
    print(json.dumps({"pictures": len(files), **told}, indent=2))


if __name__ == "__main__":
    main()

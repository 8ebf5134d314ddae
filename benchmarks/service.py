"""The service under load: seconds of a question alone, at half of what it can do, at twice of it, and back to normal.

python benchmarks/service.py FOLDER [--questions 100] [--seconds 20]    FOLDER: pictures, indexed anew; JSON out
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

K = {"k": "10"}
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
    answer = await client.post("/api/search", files={"picture": ("a.jpg", picture)}, data=K)
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


def shares(taken: list[float]) -> dict[str, float]:
    """The median and what 95 and 99 of 100 stay below."""
    cuts = statistics.quantiles(taken, n=100) if len(taken) > 1 else taken * 99
    return {"p50": round(cuts[49], 3), "p95": round(cuts[94], 3), "p99": round(cuts[98], 3)}


async def measured(address: str, pictures: list[bytes], questions: int, seconds: float) -> dict[str, Any]:
    import httpx2

    async with httpx2.AsyncClient(
        base_url=address, timeout=PATIENCE, limits=httpx2.Limits(max_connections=None)
    ) as client:
        await alone(client, pictures, 4)
        quiet = shares(await alone(client, pictures, questions))
        capacity = await closed(client, pictures, questions, 4)
        half = await offered(client, pictures, capacity / 2, seconds)
        twice = await offered(client, pictures, 2 * capacity, seconds)
        after = shares(await alone(client, pictures, questions))
    return {"alone": quiet, "capacity_a_second": round(capacity, 2), "half": half, "twice": twice, "alone_after": after}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--questions", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=20.0)
    asked = parser.parse_args()
    import lookalike

    with tempfile.TemporaryDirectory() as scratch:
        library = Path(scratch) / "library"
        with lookalike.open(library) as opened:
            opened.index(asked.folder)
            files = [record.path for record in opened.records()]
        pictures = [Path(path).read_bytes() for path in files[:: max(1, len(files) // 50)]]
        with served(library) as address:
            told = asyncio.run(measured(address, pictures, asked.questions, asked.seconds))
    print(json.dumps({"pictures": len(files), **told}, indent=2))


if __name__ == "__main__":
    main()

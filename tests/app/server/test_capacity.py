"""As many questions wait as are soon served; the others are told so at once, and when to come again."""

from __future__ import annotations

import asyncio
import math
import os
import sys
import threading
from collections.abc import Callable, Iterator

import pytest

from lookalike.app.server.admission import Refused
from lookalike.app.server.capacity import BEHIND, LEAST, PATIENCE, Capacity
from lookalike.app.server.problems import Problem


class Clock:
    """A clock that stands until work moves it."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at

    def work(self, seconds: float) -> Callable[[], None]:
        """Work that takes so long."""

        def worked() -> None:
            self.at += seconds

        return worked


def test_more_questions_than_may_wait_are_told_to_come_again() -> None:
    ends = threading.Event()

    async def asked() -> list[object]:
        capacity = Capacity("test", 1, 2)
        tasks = [asyncio.ensure_future(capacity.run(ends.wait, 10)) for _ in range(5)]
        await asyncio.sleep(0)
        ends.set()
        found = await asyncio.gather(*tasks, return_exceptions=True)
        assert await capacity.run(int, "7") == 7
        capacity.close()
        return list(found)

    refused = [each for each in asyncio.run(asked()) if each is not True]
    assert len(refused) == 2
    for each in refused:
        assert isinstance(each, Problem)
        assert (each.status, each.headers) == (503, {"Retry-After": "1"})


@pytest.mark.parametrize(
    ("seconds", "threads", "room"),
    [(0.001, 2, 2 + 32), (0.1, 1, 1 + 10), (0.25, 2, 2 + 8), (0.4, 2, 2 + 5), (30.0, 2, 2 + LEAST)],
    ids=["fast: as many as may wait at all", "one thread", "two threads", "slow", "very slow: some all the same"],
)
def test_no_more_wait_than_are_served_within_the_patience_of_one(seconds: float, threads: int, room: int) -> None:
    clock = Clock()

    async def worked() -> Capacity:
        capacity = Capacity("test", threads, 32, now=clock)
        assert capacity.room == threads + 32  # nothing is known yet
        await capacity.run(clock.work(seconds))
        await asyncio.sleep(0)
        capacity.close()
        return capacity

    capacity = asyncio.run(worked())
    assert capacity.room == room
    waiting = room - threads
    assert waiting == LEAST or (waiting + 0.01) * seconds / threads <= PATIENCE * 1.01


def test_who_has_all_patience_waits_as_long_as_there_is_room() -> None:
    clock = Clock()

    async def worked() -> int:
        capacity = Capacity("test", 2, 512, patience=math.inf, now=clock)
        await capacity.run(clock.work(30.0))
        await asyncio.sleep(0)
        capacity.close()
        return capacity.room

    assert asyncio.run(worked()) == 514


def test_the_latest_questions_count_most_and_who_is_refused_is_told_how_long() -> None:
    clock = Clock()

    async def worked() -> tuple[list[float], Problem]:
        capacity = Capacity("test", 1, 32, now=clock)
        means = []
        for seconds in (1.0, *[10.0] * 30):
            await capacity.run(clock.work(seconds))
            await asyncio.sleep(0)
            means.append(capacity.seconds)
        capacity.taken = 2
        refusal = capacity.refusal()
        capacity.taken = 0
        capacity.close()
        return means, refusal

    means, refusal = asyncio.run(worked())
    assert means[0] == 1
    assert means == sorted(means)
    assert 9 < means[-1] < 10
    assert refusal.headers == {"Retry-After": "10"}


@pytest.mark.skipif(sys.platform != "linux", reason="threads have priorities of their own on Linux alone")
def test_work_stands_behind_the_event_loop() -> None:
    def priority() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    async def worked() -> int:
        capacity = Capacity("test", 1, 2)
        found = await capacity.run(priority)
        capacity.close()
        return found

    own = priority()
    assert asyncio.run(worked()) == min(own + BEHIND, 19)
    assert priority() == own


def test_how_many_are_in_work_and_in_wait_is_told_as_it_changes() -> None:
    told: list[int] = []

    async def worked() -> None:
        capacity = Capacity("test", 1, 2, on_change=told.append)
        await asyncio.gather(*(capacity.run(int, "7") for _ in range(2)))
        with pytest.raises(ValueError, match="seven"):
            await capacity.run(int, "seven")
        await asyncio.sleep(0)
        capacity.close()

    asyncio.run(worked())
    assert sorted(told) == [0, 0, 1, 1, 1, 2]
    assert told[-1] == 0


def test_a_refusal_is_sent_whole_before_the_body_is_taken() -> None:
    happened: list[str] = []

    def pieces() -> Iterator[bool]:
        yield from (True, True, False)

    left = pieces()

    async def receive() -> dict[str, object]:
        happened.append("received")
        return {"type": "http.request", "body": b"x" * 1000, "more_body": next(left)}

    async def send(message: object) -> None:
        assert isinstance(message, dict)
        happened.append("sent " + ("more" if message.get("more_body") else message["type"].rpartition(".")[2]))
        if message["type"] == "http.response.start":
            headers = dict(message["headers"])
            assert (message["status"], headers[b"retry-after"]) == (503, b"3")
            assert int(headers[b"content-length"]) > 0

    asyncio.run(Refused(Problem(503, "busy", "ask again", {"Retry-After": "3"}))({}, receive, send))
    assert happened == ["sent start", "sent more", "received", "received", "received", "sent body"]

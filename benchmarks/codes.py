"""Learned codes: does a residual neural codec find more than product and residual codes of as many bytes?

python benchmarks/codes.py FOLDER [--rows 50000] [--columns 64] [--epochs 20]    JSON out, with intervals over questions

The codec is after [Huijben, Douze, Muckley, van Sloun & Verbeek, Residual quantization with implicit neural codebooks,
ICML 2024], smaller: each of STEPS codebooks of WORDS words is changed by what is decoded so far, by one linear map and
one residual block. It begins as a residual quantiser whose blocks add nothing. Rows are `convnet`'s, moved as those of
benchmarks/ann.py, along their strongest directions. Each kind of code is learned from the same rows; questions are
compared with what is decoded. A longer classical code tells how many bytes the network is worth. Needs torch.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

import faiss
import numpy as np
from numpy.typing import NDArray

from ann import moved, real_rows, reduced
from lookalike.index.recall import BEST, CANDIDATES
from lookalike.types import Vectors
from machine import machine
from routing import interval, timed

STEPS: Final = 16
BITS: Final = 4
WORDS: Final = 1 << BITS
HIDDEN: Final = 128
TAUGHT: Final = 20_000
ASKED: Final = 1000
BATCH: Final = 500
RATE: Final = 1e-3
BEAM: Final = 5
"""Partial codes that the classical residual quantiser holds at once, where it may hold several."""

LONGER: Final = "residual, beam 5, longer"
MORE_STEPS: Final = 18


def codec(start: Vectors, seed: int) -> Any:
    """The untrained network for (STEPS, WORDS, d) codebooks of a residual quantiser."""
    import torch
    from torch import nn

    class Step(nn.Module):  # type: ignore[misc]  # torch has no types here
        """Words as they are after what is decoded so far."""

        def __init__(self, words: Vectors) -> None:
            super().__init__()
            columns = words.shape[1]
            self.words = nn.Parameter(torch.from_numpy(words.copy()))
            self.of_word, self.of_sum = nn.Linear(columns, columns), nn.Linear(columns, columns, bias=False)
            self.up, self.down = nn.Linear(columns, HIDDEN), nn.Linear(HIDDEN, columns)
            for layer in (self.of_word, self.of_sum, self.down):
                nn.init.zeros_(layer.weight)
            nn.init.zeros_(self.of_word.bias)
            nn.init.zeros_(self.down.bias)
            nn.init.normal_(self.of_sum.weight, std=1e-3)

        def forward(self, words: Any, total: Any) -> Any:
            """(n, ..., d) of words (n or 1, ..., d) after sums that broadcast to them."""
            mixed = words + self.of_word(words) + self.of_sum(total)
            return mixed + self.down(torch.relu(self.up(mixed)))

    torch.manual_seed(seed)
    return nn.ModuleList([Step(words) for words in start])


def encoded(network: Any, rows: Any) -> Any:
    """(n, STEPS) greedy codes of (n, d) rows."""
    import torch

    with torch.no_grad():
        total, codes = torch.zeros_like(rows), []
        for step in network:
            words = step(step.words[None], total[:, None])  # (n, WORDS, d)
            chosen = (rows[:, None] - total[:, None] - words).square().sum(-1).argmin(-1)
            total = total + words[torch.arange(len(rows)), chosen]
            codes.append(chosen)
        return torch.stack(codes, 1)


def sums(network: Any, codes: Any) -> list[Any]:
    """(n, d) what is decoded after each step."""
    total, found = 0.0 * network[0].words[codes[:, 0]], []
    for number, step in enumerate(network):
        total = total + step(step.words[codes[:, number]], total)
        found.append(total)
    return found


def learned(start: Vectors, rows: Vectors, epochs: int, seed: int = 0) -> Any:
    """The network, taught to come near the rows after each of its steps."""
    import torch

    network = codec(start, seed)
    optimiser = torch.optim.AdamW(network.parameters(), RATE)
    steps = epochs * -(-len(rows) // BATCH)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    given, order = torch.from_numpy(rows), torch.Generator().manual_seed(seed)
    for _ in range(epochs):
        for part in torch.randperm(len(rows), generator=order).split(BATCH):
            batch = given[part]
            loss = sum((batch - each).square().sum(1).mean() for each in sums(network, encoded(network, batch)))
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            schedule.step()
    return network


def by_network(network: Any, rows: Vectors) -> tuple[Vectors, float]:
    """Rows as they are decoded, and the microseconds of decoding one."""
    import torch

    parts = torch.from_numpy(rows).split(BATCH)
    codes = [encoded(network, part) for part in parts]
    with torch.no_grad():
        decoded, seconds = timed(lambda: [sums(network, part)[-1].numpy() for part in codes])
    return np.concatenate(decoded), 1e6 * seconds / len(rows)


def by_faiss(quantiser: Any, rows: Vectors) -> tuple[Vectors, float]:
    """As `by_network`, of a quantiser that is trained."""
    codes = quantiser.compute_codes(rows)
    decoded, seconds = timed(lambda: quantiser.decode(codes))
    return decoded, 1e6 * seconds / len(rows)


def residual(taught: Vectors, beam: int, steps: int = STEPS) -> Any:
    """A residual quantiser."""
    quantiser = faiss.ResidualQuantizer(taught.shape[1], steps, BITS)
    quantiser.max_beam_size = beam
    quantiser.train(taught)
    return quantiser


def shares(decoded: Vectors, rows: Vectors, asked: Vectors) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(q,) shares of the ten best that are among ten, and among a hundred candidates."""
    _, best = faiss.knn(asked, rows, BEST, metric=faiss.METRIC_INNER_PRODUCT)
    _, found = faiss.knn(asked, np.ascontiguousarray(decoded, np.float32), CANDIDATES)  # by l2: norms are not 1
    among = [(found[:, :count, None] == best[:, None]).any(1).mean(1) for count in (BEST, CANDIDATES)]
    return among[0], among[1]


def run(taught: Vectors, rows: Vectors, asked: Vectors, epochs: int) -> list[dict[str, object]]:
    """A row for each kind of code; gains are over a residual quantiser with a beam."""
    columns = rows.shape[1]
    product = faiss.ProductQuantizer(columns, STEPS, BITS)
    turn = faiss.OPQMatrix(columns, STEPS)
    turn.pq = faiss.ProductQuantizer(columns, STEPS, BITS)
    started = time.process_time()
    turn.train(taught)
    turned = turn.apply(taught)
    product.train(turned)
    seconds = {"opq": time.process_time() - started}
    quantiser, seconds["residual, beam 5"] = timed(lambda: residual(taught, BEAM))
    longer, seconds[LONGER] = timed(lambda: residual(taught, BEAM, MORE_STEPS))
    greedy, seconds["residual"] = timed(lambda: residual(taught, 1))
    start = faiss.vector_to_array(greedy.codebooks).reshape(STEPS, WORDS, columns)
    network, seconds["neural"] = timed(lambda: learned(start, taught, epochs))

    def by_product(some: Vectors) -> tuple[Vectors, float]:
        decoded, each = by_faiss(product, turn.apply(some))
        return turn.reverse_transform(decoded), each

    ways: dict[str, Callable[[Vectors], tuple[Vectors, float]]] = {
        "residual, beam 5": lambda some: by_faiss(quantiser, some),
        "opq": by_product,
        "residual": lambda some: by_faiss(greedy, some),
        "neural": lambda some: by_network(network, some),
        LONGER: lambda some: by_faiss(longer, some),
    }
    table, base = [], None
    for name, way in ways.items():
        (decoded, each), spent = timed(partial(way, rows))
        ten, hundred = shares(decoded, rows, asked)
        base = (ten, hundred) if base is None else base
        table.append(
            {
                "codes": name,
                "bytes": (MORE_STEPS if name == LONGER else STEPS) * BITS // 8,
                "error": round(float(np.square(rows - decoded).sum(1).mean()), 4),
                "error_of_taught": round(float(np.square(taught - way(taught)[0]).sum(1).mean()), 4),
                "recall@10": round(float(ten.mean()), 4),
                "gain": interval(ten - base[0]),
                "among_100": round(float(hundred.mean()), 4),
                "gain_among_100": interval(hundred - base[1]),
                "learn_s": round(seconds[name], 1),
                "code_us": round(1e6 * spent / len(rows) - each, 1),
                "decode_us": round(each, 2),
            }
        )
    return table


def main() -> None:
    """Vectors of `convnet`."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--columns", type=int, default=64)
    parser.add_argument("--epochs", type=int, default=20)
    given = parser.parse_args()
    space, real = reduced(*real_rows(given.folder, "convnet"), given.columns)
    chance = np.random.default_rng(0)
    rows, taught, asked = (moved(space, real, count, chance) for count in (given.rows, TAUGHT, ASKED))
    table = run(taught, rows, asked, given.epochs)
    print(json.dumps({**vars(given), "folder": given.folder.name, "machine": machine(), "table": table}, indent=2))


if __name__ == "__main__":
    main()

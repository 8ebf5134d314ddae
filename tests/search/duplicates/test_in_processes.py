"""Comparisons by worker processes: the same is found as by one process, whatever becomes of a worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest
from PIL import Image, ImageDraw

import lookalike
from lookalike import Library
from lookalike.errors import BadPicture
from lookalike.index.current import current_set
from lookalike.index.derived import Derived
from lookalike.pixels.limits import Limits
from lookalike.pixels.worker_protocol import Reply
from lookalike.search.components import extractor_of
from lookalike.search.duplicates.book import Book, Pair
from lookalike.search.duplicates.folds import Folds
from lookalike.search.duplicates.in_processes import Told, Workers
from lookalike.search.duplicates.one_content import PATIENCE, Neighbours, compared
from lookalike.search.duplicates.turns import Turn, hand_out
from lookalike.search.duplicates.verified import DuplicateFinder
from lookalike.search.ingest.options import Options
from lookalike.search.ranking.relation import RelationClassifier
from lookalike.types import VerifiedPair

EDITS: Mapping[str, Callable[[Image.Image], Image.Image]] = {
    "whole": lambda image: image,
    "smaller": lambda image: image.resize((image.width * 3 // 4, image.height * 3 // 4)),
    "mirrored": lambda image: image.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
    "darker": lambda image: image.point(lambda level: level * 3 // 4),
    "half": lambda image: image.crop((0, 0, image.width // 2, image.height)),
    "icon": lambda image: image.resize((32, 32)),
}


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory, photo_files: list[Path]) -> Iterator[Library]:
    """Three photos in six forms each, one of them written over, and a plain one."""
    folder = tmp_path_factory.mktemp("forms")
    (folder / "pictures").mkdir()
    for file in photo_files[:3]:
        with Image.open(file) as image:
            whole = image.convert("RGB").resize((320, 240))
        for name, edit in EDITS.items():
            edit(whole).save(folder / "pictures" / f"{file.stem}_{name}.png")
    ImageDraw.Draw(whole).text((40, 100), "another content", fill="white", stroke_width=2, font_size=40)
    whole.save(folder / "pictures" / "written.png")
    Image.new("RGB", (320, 240), "teal").save(folder / "pictures" / "plain.png")
    with lookalike.open(folder / "library") as library:
        library.index(folder / "pictures", describers=["phash"])
        yield library


@dataclass
class Dying:
    """Workers that die of what they are given; `given` are the contents, `claimed` pairs that others lay over."""

    count: int = 2
    given: list[int] = field(default_factory=list)
    claimed: list[Pair] = field(default_factory=list)

    def submit(self, of: Neighbours, book: Book, claimed: Sequence[int]) -> Future[Reply | BadPicture]:
        assert set(book.folds.areas) >= {of.id}
        self.given.append(of.id)
        self.claimed += [(of.id, other) for other in claimed]
        outcome: Future[Reply | BadPicture] = Future()
        outcome.set_result(BadPicture("decoder_crash", "its worker ended with SIGKILL"))
        return outcome

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        return None


def found(
    library: Library, workers: Callable[[], object] | None, options: Options | None = None
) -> list[tuple[list[int], list[VerifiedPair]]]:
    """Batches of contents and what was proved of them, as they come."""
    extractor = extractor_of(library.store)
    assert extractor is not None
    finder = DuplicateFinder(
        library.store,
        current_set(Derived(library.folder / "indexes"), library.store, extractor.space),
        RelationClassifier(extractor),
        options or Options(workers=2),
        near=lambda _: library.store.ids().tolist(),
        workers=workers,  # type: ignore[arg-type]
        batch=4,
    )
    return [(ids.tolist(), pairs) for ids, pairs in finder.found()]


@pytest.fixture(scope="module")
def alone(kept: Library) -> list[tuple[list[int], list[VerifiedPair]]]:
    """As one process finds it."""
    return found(kept, None)


def test_processes_find_the_same_in_the_same_order(
    kept: Library, alone: list[tuple[list[int], list[VerifiedPair]]]
) -> None:
    pairs = [pair for _, proved in alone for pair in proved]
    assert {pair.relation for pair in pairs} >= {"copy", "part"}
    assert len(pairs) >= 9
    assert found(kept, partial(Workers, kept.folder, Limits(), 2)) == alone


def test_what_a_worker_dies_of_is_compared_here(
    kept: Library, alone: list[tuple[list[int], list[VerifiedPair]]]
) -> None:
    dying = Dying()
    assert found(kept, lambda: dying) == alone
    assert len(dying.given) >= 9


def test_rivals_are_laid_over_each_other_by_one_of_the_two(kept: Library) -> None:
    dying = Dying()
    found(kept, lambda: dying)
    assert dying.claimed
    assert not {(other, one) for one, other in dying.claimed} & set(dying.claimed)
    assert all(dying.given.index(one) != dying.given.index(other) for one, other in dying.claimed)


def test_who_asks_to_stop_gets_whole_batches_and_no_more(kept: Library) -> None:
    told: list[int] = []
    options = Options(
        workers=2, on_commit=lambda progress: told.append(progress.committed), should_stop=lambda: max(told) >= 8
    )
    assert len(found(kept, partial(Workers, kept.folder, Limits(), 2), options)) == 2
    assert told == [0, 4, 8]


def test_pictures_that_are_away_wait_for_their_files(
    kept: Library, alone: list[tuple[list[int], list[VerifiedPair]]]
) -> None:
    pictures = kept.folder.parent / "pictures"
    away = pictures.rename(pictures.parent / "away")
    try:
        there = found(kept, partial(Workers, kept.folder, Limits(), 2))
    finally:
        away.rename(pictures)
    assert not [pair for _, proved in there for pair in proved]
    told = [id for ids, _ in there for id in ids]
    assert 0 < len(told) < len([id for ids, _ in alone for id in ids])


@dataclass
class Facts:
    """A comparer that knows which pairs are copies; `asked` are those that it was asked about, `asked_as` with how."""

    copies: frozenset[Pair]
    asked: list[Pair] = field(default_factory=list)
    asked_as: list[tuple[Pair, bool]] = field(default_factory=list)

    def expect(self, ids: Sequence[int]) -> None:
        """Needs no preparation."""

    def is_related(self, pair: Pair, *, mirrored: bool) -> bool:
        self.asked.append(pair)
        self.asked_as.append((pair, mirrored))
        return pair in self.copies

    def judged(self, pairs: Sequence[Pair]) -> dict[Pair, VerifiedPair | None]:
        return {pair: VerifiedPair(*pair, "copy", 0.9, (1.0, 1.0), (), ()) for pair in pairs}

    def wholes(self, pairs: Sequence[Pair]) -> dict[Pair, VerifiedPair | None]:
        return dict.fromkeys(pairs)


def test_gaps_in_what_was_told_are_filled() -> None:
    facts = Facts(frozenset({(1, 2), (1, 4)}))
    told = Told(facts)
    told.related = {((1, 2), False): True, ((1, 3), False): False}
    told.found = {(1, 2): None}
    proved, unseen = compared(Neighbours(1, (2, 3, 4), ()), Book(Folds({})), told)
    assert [(pair.a, pair.b) for pair in proved] == [(1, 4)]
    assert not unseen
    assert facts.asked == [(1, 4)]


def test_a_mirror_image_that_gets_votes_later_is_tried_then() -> None:
    book, facts = Book(Folds({})), Facts(frozenset())
    compared(Neighbours(1, (2,), ()), book, facts)
    compared(Neighbours(2, (1,), ()), book, facts)
    assert facts.asked == [(1, 2)]
    compared(Neighbours(2, (), (1,)), book, facts)
    compared(Neighbours(2, (1,), (1,)), book, facts)
    assert facts.asked == [(1, 2), (1, 2)]


def test_some_misses_in_a_row_are_enough_and_what_is_folded_is_none() -> None:
    others = list(range(2, 30))
    facts = Facts(frozenset())
    compared(Neighbours(1, others, ()), Book(Folds({})), facts)
    assert len(facts.asked) == PATIENCE
    folds = Folds(dict.fromkeys(range(30), 9))
    for other in (2, 3, 4):
        folds.add(VerifiedPair(0, other, "copy", 0.9, (1.0, 1.0), (), ()))
    folds.add(VerifiedPair(0, 1, "copy", 0.9, (1.0, 1.0), (), ()))
    facts = Facts(frozenset())
    compared(Neighbours(1, others, ()), Book(folds), facts)
    assert facts.asked == [(1, other) for other in range(5, 5 + PATIENCE)]


def test_a_pair_is_compared_as_it_was_voted_for() -> None:
    facts = Facts(frozenset())
    compared(Neighbours(1, (2, 3), (3, 4)), Book(Folds({})), facts)
    assert facts.asked_as == [((1, 2), False), ((1, 3), False), ((1, 3), True), ((1, 4), True)]


def test_a_book_about_a_content_holds_all_that_decides_there() -> None:
    folds = Folds({1: 9, 2: 9, 3: 9})
    folds.add(VerifiedPair(1, 2, "copy", 0.9, (1.0, 1.0), (), ()))
    book = Book(folds, related={(2, 3)}, upright={(1, 3)}, mirrored=set(), laid_over={(1, 2)})
    about = book.about(1, {2, 3})
    assert about.folds.hold(1, 2)
    assert not about.is_open((1, 3), mirrored=False)
    assert about.is_open((1, 3), mirrored=True)
    assert (2, 3) not in about.related
    assert about.rivals(1, (2, 3)) == [(1, 3)]


def test_what_others_claim_is_not_laid_over() -> None:
    book = Book(Folds({}))
    about = book.about(1, {2, 3}, claimed=(2,))
    assert about.rivals(1, (2, 3)) == [(1, 3)]
    assert not book.laid_over


@dataclass
class Waiting:
    """Workers that never answer; `given` are the contents."""

    count: int = 2
    given: list[int] = field(default_factory=list)

    def submit(self, of: Neighbours, book: Book, claimed: Sequence[int]) -> Future[Reply | BadPicture]:
        self.given.append(of.id)
        return Future()


@pytest.mark.parametrize(
    ("neighbours", "given"),
    [
        # 2 and 3 may be folded by 1, 5 by 4; four are room enough.
        ({1: (9,), 2: (1,), 3: (1,), 4: (9,), 5: (4,)}, [1, 4]),
        ({1: (9,), 2: (8,), 3: (7,), 4: (9,), 5: (9,)}, [1, 2, 3, 4]),
        # Nobody else is left: the last one.
        ({1: (9,), 2: (1,), 3: (1,), 4: (1, 2)}, [1, 4]),
        # So far down the row none may ever be tried.
        ({1: (9,), 2: (9, 8, 7, 6, 1), 3: (1,)}, [1, 2]),
    ],
)
def test_workers_get_what_none_before_it_may_fold_and_never_nothing(
    neighbours: dict[int, tuple[int, ...]], given: list[int]
) -> None:
    workers = Waiting()
    hand_out([Turn(Neighbours(id, others, ())) for id, others in neighbours.items()], Book(Folds({})), workers)
    assert workers.given == given

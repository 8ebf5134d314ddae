"""Which file of a group is kept, and which ones may go for it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lookalike.search.duplicates.companions import Halves
from lookalike.search.duplicates.identical import Group
from lookalike.search.duplicates.stars import star_groups
from lookalike.search.resolve.edited import EDITED
from lookalike.search.resolve.plan import Caution, Plan, planned
from lookalike.search.resolve.proofs import Proofs
from lookalike.search.resolve.rules import rules_of
from lookalike.store.memory import MemoryStore
from lookalike.types import Content, Difference, Relation, Stamp, VerifiedPair

NOON = "2021-05-06T12:00:00"
STICKER = Difference((0, 0, 9, 9), (0, 0, 9, 9), 0.1, "laid on the hit")


class Shelf:
    """Files in a folder, and a store that knows them; contents are numbered from 1, in their order."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = MemoryStore()

    def add(
        self,
        name: str,
        size: tuple[int, int] = (100, 100),
        *,
        format: str = "jpeg",
        bytes: int = 1000,
        taken: str | None = None,
        age: int = 0,
        content: int | None = None,
    ) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * bytes)
        time = 1_600_000_000 - age
        os.utime(path, (time, time))
        status = path.stat()
        sha256 = f"{content or len(self.store.ids()) + 1:064x}"
        with self.store.writing(), self.store.transaction():
            self.store.put_contents([Content(sha256, bytes, size, format, taken)])
            stamp = Stamp(bytes, status.st_mtime_ns, status.st_ino, status.st_dev)
            self.store.put_records([(str(path), stamp, sha256)])

    def plan(
        self,
        *pairs: VerifiedPair,
        keep: tuple[str, ...] = (),
        relation: Relation = "copy",
        reference: tuple[str, ...] = (),
        caution: Caution = Caution(),
    ) -> dict[str, str]:
        """Of one group of all files: what becomes of each, by name."""
        return self.of(Proofs((), pairs), keep, relation, reference, caution)

    def of(
        self,
        proofs: Proofs,
        keep: tuple[str, ...] = (),
        relation: Relation = "copy",
        reference: tuple[str, ...] = (),
        caution: Caution = Caution(),
    ) -> dict[str, str]:
        guarded = frozenset(str(self.folder / name) for name in reference)
        group = Group(relation, 1.0, tuple(self.store.records()), {}, guarded)
        return self.told(planned(group, rules_of(keep, self.store), proofs, caution, Halves()))

    def told(self, plan: Plan) -> dict[str, str]:
        found = {each.path: "could go" for each in plan.spare}
        found |= {each.path: each.reason or each.fate for each in plan.settled}
        if plan.kept is not None:
            found[plan.kept.path] = "best"
        return {os.path.relpath(path, self.folder): fate for path, fate in found.items()}


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "shelf")


def pair(
    a: int, b: int, relation: Relation = "copy", of_a: float = 1.0, of_b: float = 1.0, edits: tuple[str, ...] = ()
) -> VerifiedPair:
    return VerifiedPair(a, b, relation, 0.9, (of_a, of_b), edits, ())


@pytest.mark.parametrize(
    ("rule", "best"),
    [
        ("pixels", "sharp.jpg"),
        ("quality", "heavy.png"),
        ("format", "phone.heic"),
        ("exif", "phone.heic"),
        ("oldest", "old.webp"),
        ("shortest", "s.jpg"),
        ("folder:in", "in/some-where.jpg"),
    ],
)
def test_each_rule_keeps_what_it_says(rule: str, best: str, shelf: Shelf) -> None:
    shelf.add("sharp.jpg", (101, 101))
    shelf.add("heavy.png", format="png", bytes=1100)
    shelf.add("heavier.jpg", bytes=1200)
    shelf.add("phone.heic", format="heic", taken="2021-05-06T07:08:09")
    shelf.add("old.webp", format="webp", age=9)
    shelf.add("s.jpg")
    shelf.add("in/some-where.jpg")
    rule = rule.replace(":in", f":{shelf.folder / 'in'}")
    hub = [pair(a, b) for a in range(1, 8) for b in range(a + 1, 8)]
    assert {name for name, fate in shelf.plan(*hub, keep=(rule,)).items() if fate == "best"} == {best}


def test_the_first_rule_that_tells_two_apart_decides_and_the_default_ones_come_behind(shelf: Shelf) -> None:
    shelf.add("a.jpg", (100, 100), age=5)
    shelf.add("b.jpg", (200, 200))
    shelf.add("c.jpg", (200, 200), bytes=2000)
    pairs = [pair(1, 2), pair(1, 3), pair(2, 3)]
    resized = [
        pair(1, 2, edits=("resized to 200 %",)),
        pair(1, 3, edits=("resized to 200 %",)),
        pair(2, 3),
    ]
    assert shelf.plan(*resized)["c.jpg"] == "best"
    assert shelf.plan(*resized, keep=("oldest",))["a.jpg"] == "best"
    assert shelf.plan(*resized, keep=("pixels", "shortest"))["c.jpg"] == "best"
    # Without the scale that makes one of the other, the smaller one shows a quarter of the larger at most.
    assert shelf.plan(*pairs, keep=("oldest",)) == {"a.jpg": "best", "b.jpg": "shows_more", "c.jpg": "shows_more"}


def test_a_file_of_the_reference_is_kept_and_none_of_them_goes(shelf: Shelf) -> None:
    shelf.add("in/a.jpg", (90, 90))
    shelf.add("in/b.jpg", (90, 90))
    shelf.add("c.jpg", (90, 90), bytes=3000)
    pairs = [pair(1, 2), pair(1, 3), pair(2, 3)]
    assert shelf.plan(*pairs, reference=("in/a.jpg", "in/b.jpg"))["c.jpg"] == "could go"
    assert sorted(shelf.plan(*pairs, reference=("in/a.jpg", "in/b.jpg")).values()) == ["best", "could go", "kept"]
    chosen = shelf.plan(*pairs, keep=("quality",), reference=("in/a.jpg", "in/b.jpg"))
    assert chosen == {"in/a.jpg": "kept", "in/b.jpg": "kept", "c.jpg": "best"}


@pytest.mark.parametrize("relation", ["part", "variant", "scene", "similar"])
def test_groups_of_anything_but_one_picture_are_refused(relation: Relation, shelf: Shelf) -> None:
    shelf.add("a.jpg")
    shelf.add("b.jpg", content=1)
    assert shelf.plan(relation=relation) == {"a.jpg": "relation", "b.jpg": "relation"}


@pytest.mark.parametrize("relation", ["part", "variant", "scene"])
def test_in_a_group_of_copies_what_is_none_of_the_kept_one_stays(relation: Relation, shelf: Shelf) -> None:
    for name in ("a.jpg", "b.jpg", "c.jpg"):
        shelf.add(name)
    found = shelf.plan(pair(1, 2), pair(1, 3, relation), pair(2, 3), keep=("shortest",))
    assert found == {"a.jpg": "best", "b.jpg": "could go", "c.jpg": "relation"}


def test_what_was_proved_against_the_star_and_not_against_the_kept_one_is_composed_or_stays(shelf: Shelf) -> None:
    for name in ("hub.jpg", "kept.jpg", "composed.jpg", "with_sticker.jpg"):
        shelf.add(name, age=name == "kept.jpg")
    stuck = VerifiedPair(1, 4, "copy", 0.9, (0.95, 0.95), (), (STICKER,))
    pairs = [pair(1, 2), pair(1, 3), stuck]
    assert shelf.plan(*pairs, keep=("shortest",))["with_sticker.jpg"] == "shows_more"
    found = shelf.plan(*pairs, keep=("oldest",))
    assert found == {
        "kept.jpg": "best",
        "hub.jpg": "could go",
        "composed.jpg": "could go",
        "with_sticker.jpg": "unproved",
    }


def test_where_something_is_laid_on_one_neither_stands_for_the_other(shelf: Shelf) -> None:
    shelf.add("clean.jpg")
    shelf.add("stuck.jpg", age=1)
    stuck = VerifiedPair(1, 2, "copy", 0.9, (0.95, 0.95), (), (STICKER,))
    assert shelf.plan(stuck, reference=("clean.jpg",)) == {"clean.jpg": "best", "stuck.jpg": "shows_more"}
    assert shelf.plan(stuck, keep=("oldest",)) == {"clean.jpg": "hidden", "stuck.jpg": "best"}


def test_nothing_goes_for_a_crop_of_it(shelf: Shelf) -> None:
    shelf.add("whole.jpg", (100, 100))
    shelf.add("crop.jpg", (100, 80), age=1)
    cropped = pair(1, 2, of_a=0.8, edits=("cropped",))
    assert shelf.plan(cropped) == {"whole.jpg": "best", "crop.jpg": "could go"}
    assert shelf.plan(cropped, keep=("oldest",)) == {"whole.jpg": "shows_more", "crop.jpg": "best"}
    assert shelf.plan(cropped, keep=("oldest",), caution=Caution(shown=0.75))["whole.jpg"] == "could go"


@pytest.mark.parametrize("first", ["whole", "crop"])
def test_nor_for_a_crop_that_lacks_only_what_is_plain_however_large_it_is(first: str, shelf: Shelf) -> None:
    """The coverage of a proof leaves out soft grounds: px tell what it does not."""
    sizes = {"whole": (1000, 1000), "crop": (1200, 2400)}
    order = [first, *({"whole", "crop"} - {first})]
    for name in order:
        shelf.add(f"{name}.jpg", sizes[name], age=name == "whole")
    scale = "resized to 240 %" if first == "whole" else "resized to 42 %"
    assert shelf.plan(pair(1, 2, edits=(scale, "cropped")), keep=("pixels",)) == {
        "crop.jpg": "best",
        "whole.jpg": "shows_more",
    }
    assert shelf.plan(pair(1, 2, edits=(scale, "cropped")), keep=("oldest",))["crop.jpg"] == "framed"
    assert shelf.plan(pair(1, 2, edits=(scale, "cropped")), reference=("whole.jpg",))["crop.jpg"] == "could go"


def test_nothing_goes_for_a_picture_of_it_in_a_frame(shelf: Shelf) -> None:
    """A screenshot has the most px, and shows all; it is no original."""
    shelf.add("photo.jpg", (300, 200))
    shelf.add("screenshot.png", (720, 1280), format="png")
    shelf.add("narrow.jpg", (308, 206), age=1)
    framed = pair(1, 2, of_b=0.96, edits=("resized to 240 %", "bordered", "re-encoded"))
    assert shelf.plan(framed, keep=("pixels",))["photo.jpg"] == "framed"
    assert shelf.plan(framed, pair(1, 3, edits=("bordered",)))["screenshot.png"] != "best"
    assert shelf.plan(pair(1, 3, edits=("bordered",)), keep=("oldest",))["photo.jpg"] == "could go"


@pytest.mark.parametrize("edit", sorted({*EDITED, "turned by 90 degrees clockwise"}))
def test_where_one_was_edited_nobody_knows_which_is_the_original(edit: str, shelf: Shelf) -> None:
    for name in ("a.jpg", "b.jpg", "c.jpg", "d.jpg"):
        shelf.add(name)
    edited = [pair(1, 2, edits=("re-encoded",)), pair(1, 3, edits=(edit, "re-encoded")), pair(3, 4)]
    stays = {"a.jpg": "best", "b.jpg": "could go", "c.jpg": "edited", "d.jpg": "edited"}
    assert shelf.plan(*edited) == stays
    assert shelf.plan(*edited, pair(1, 4, edits=(edit,)), pair(2, 3, edits=(edit,))) == stays
    told = shelf.plan(*edited, reference=("c.jpg",))  # unless a person says which one
    assert told == {"a.jpg": "could go", "b.jpg": "could go", "c.jpg": "best", "d.jpg": "could go"}


def test_the_sharpest_is_kept_though_a_smaller_one_stands_for_more(shelf: Shelf) -> None:
    shelf.add("large.jpg", (300, 300))
    shelf.add("cut.jpg", (285, 285))
    shelf.add("small.jpg", (105, 105))
    pairs = [pair(3, 1, edits=("resized to 286 %",)), pair(3, 2, edits=("resized to 286 %", "cropped"), of_a=0.91)]
    found = shelf.plan(*pairs)
    assert found["large.jpg"] == "best"
    assert found["small.jpg"] == "could go"


def test_nothing_with_colours_goes_for_a_grey_copy(shelf: Shelf) -> None:
    for name in ("colour.jpg", "grey.jpg", "other_grey.jpg"):
        shelf.add(name, age=name == "grey.jpg")
    pairs = [pair(1, 2, edits=("grey",)), pair(1, 3, edits=("grey",)), pair(2, 3)]
    assert shelf.plan(*pairs)["grey.jpg"] == "could go"
    found = shelf.plan(*pairs, keep=("oldest",))
    assert found == {"grey.jpg": "best", "colour.jpg": "colours", "other_grey.jpg": "could go"}
    backwards = [pair(1, 2, edits=("grey",)), pair(2, 3, edits=("coloured",))]
    assert Proofs((), backwards)._grey == {2}


def test_what_is_said_to_be_identical_must_be(shelf: Shelf) -> None:
    shelf.add("a.jpg")
    shelf.add("b.jpg")
    shelf.add("same.jpg", content=1)
    found = shelf.plan(pair(1, 2), relation="identical", keep=("shortest",))
    assert found == {"a.jpg": "best", "b.jpg": "unproved", "same.jpg": "could go"}


def test_both_halves_of_a_format_pair_go_or_none(shelf: Shelf) -> None:
    shelf.add("card/IMG_1.HEIC", format="heic", taken=NOON)
    shelf.add("card/img_1.jpg", taken=NOON)
    shelf.add("IMG_1.HEIC", format="heic", age=1, taken=NOON)
    pairs = [pair(1, 2), pair(1, 3), pair(2, 3)]
    assert shelf.plan(*pairs, keep=("oldest",)) == {
        "IMG_1.HEIC": "best",
        "card/IMG_1.HEIC": "could go",
        "card/img_1.jpg": "could go",
    }
    card = f"folder:{shelf.folder / 'card'}"
    beside = shelf.plan(*pairs, keep=(card,))
    assert beside == {"card/IMG_1.HEIC": "best", "card/img_1.jpg": "pair", "IMG_1.HEIC": "could go"}
    assert shelf.plan(*pairs, keep=(card,), caution=Caution(pairs=True)) == {
        "card/IMG_1.HEIC": "best",
        "card/img_1.jpg": "could go",
        "IMG_1.HEIC": "could go",
    }


def test_a_jpeg_beside_a_raw_file_that_no_library_reads_stays(shelf: Shelf) -> None:
    shelf.add("card/IMG_1.jpg")
    shelf.add("card/IMG_2.jpg", content=1)
    shelf.add("a.jpg", content=1)
    (shelf.folder / "card" / "img_1.CR2").write_bytes(b"raw")
    assert shelf.plan() == {"a.jpg": "best", "card/IMG_1.jpg": "pair", "card/IMG_2.jpg": "could go"}


def test_exposures_of_a_burst_stay_and_edits_of_one_go(shelf: Shelf) -> None:
    shelf.add("IMG_0101.jpg", taken="2021-05-06T07:08:09", bytes=4000)
    shelf.add("IMG_0102.jpg", taken="2021-05-06T07:08:09")
    shelf.add("later.jpg", taken="2021-05-06T07:08:11")
    shelf.add("IMG_0101 edited.jpg", taken="2021-05-06T07:08:09")
    shelf.add("sent.jpg")
    shelf.add("IMG_0103.jpg", content=1, bytes=4000)
    pairs = [pair(1, other) for other in (2, 3, 4, 5)]
    found = shelf.plan(*pairs, keep=("quality",))
    assert found == {
        "IMG_0101.jpg": "best",
        "IMG_0102.jpg": "burst",
        "later.jpg": "burst",
        "IMG_0101 edited.jpg": "could go",
        "sent.jpg": "could go",
        "IMG_0103.jpg": "could go",  # the same bytes
    }
    assert shelf.plan(*pairs, keep=("quality",), caution=Caution(bursts=True))["later.jpg"] == "could go"


def test_one_copy_without_a_time_does_not_stand_for_two_exposures(shelf: Shelf) -> None:
    shelf.add("sent.jpg", (104, 104))
    shelf.add("IMG_0101.jpg", taken=NOON)
    shelf.add("IMG_0102.jpg", taken=NOON)
    shelf.add("small.jpg")
    pairs = [pair(1, other) for other in (2, 3, 4)]
    keep = ("pixels",)
    found = shelf.plan(*pairs, keep=keep)
    assert found == {"sent.jpg": "best", "IMG_0101.jpg": "burst", "IMG_0102.jpg": "burst", "small.jpg": "could go"}
    (shelf.folder / "IMG_0102.jpg").unlink()
    assert shelf.plan(*pairs, keep=keep)["IMG_0101.jpg"] == "could go"


def test_proofs_are_composed_through_files_that_are_not_asked_about(shelf: Shelf) -> None:
    for name in ("hub.jpg", "in/a.jpg", "in/b.jpg"):
        shelf.add(name)
    (group,) = star_groups(
        shelf.store, [pair(1, 2), pair(1, 3)], "copy", [], chosen=lambda record: "/in/" in record.path
    )
    assert [os.path.basename(member.path) for member in group.members] == ["a.jpg", "b.jpg"]
    variant = [pair(1, 2), pair(1, 3), pair(2, 3, "variant")]
    assert star_groups(shelf.store, variant, "copy", [], chosen=lambda record: "/in/" in record.path) == []

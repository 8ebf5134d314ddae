"""Groups around a best member: proved against it, or by two proofs in which nothing differs."""

from __future__ import annotations

from lookalike.search.duplicates.identical import Group, Link
from lookalike.search.duplicates.stars import star_groups
from lookalike.store.memory import MemoryStore
from lookalike.types import Content, Difference, Relation, Stamp, VerifiedPair

STAMP = Stamp(1, 1, 1, 1)
STICKER = Difference((0, 0, 9, 9), (0, 0, 9, 9), 0.1, "laid on the hit")


def store_of(*sides: int) -> MemoryStore:
    """A file of each content, a square of that side: ids from 1, named by them."""
    store = MemoryStore()
    with store.writing(), store.transaction():
        contents = [Content(f"{at:064x}", side, (side, side), "png") for at, side in enumerate(sides, 1)]
        store.put_contents(contents)
        store.put_records([(f"/{at}", STAMP, content.sha256) for at, content in enumerate(contents, 1)])
    return store


def pair(a: int, b: int, relation: Relation = "copy", of_a: float = 1.0, of_b: float = 1.0) -> VerifiedPair:
    return VerifiedPair(a, b, relation, 0.9, (of_a, of_b), (), ())


def names(groups: list[Group]) -> list[tuple[str, list[str]]]:
    return [(group.relation, [member.path for member in group.members]) for group in groups]


def test_the_best_member_shows_the_others_and_has_the_most_px() -> None:
    found = star_groups(store_of(10, 30, 20), [pair(1, 2), pair(1, 3), pair(2, 3)], "copy", [])
    assert names(found) == [("copy", ["/2", "/1", "/3"])]
    cropped_but_enlarged = [pair(1, 2, of_a=0.7, of_b=1.0)]
    assert names(star_groups(store_of(20, 30), cropped_but_enlarged, "copy", [])) == [("copy", ["/1", "/2"])]


def test_two_proofs_are_composed_as_long_as_two_thirds_are_shown() -> None:
    store = store_of(30, 20, 10)
    (group,) = star_groups(store, [pair(1, 2, of_a=0.9), pair(2, 3, of_a=0.9)], "copy", [])
    assert [member.path for member in group.members] == ["/1", "/2", "/3"]
    assert group.link(group.members[2]).coverage == (1.0, 0.9 * 0.9)
    far = star_groups(store, [pair(1, 2, of_a=0.75), pair(2, 3, of_a=0.75)], "copy", [])
    assert names(far) == [("copy", ["/2", "/1", "/3"])]  # the largest shows too little of the smallest


def test_a_proof_against_the_best_member_outdoes_two_composed_ones() -> None:
    found = star_groups(store_of(30, 20, 10), [pair(1, 2), pair(2, 3), pair(1, 3, "variant")], "copy", [])
    assert all(len(group.members) == 2 for group in found)


def test_what_lies_under_a_sticker_is_not_composed() -> None:
    """1 and 3 have another number where 2 has a sticker: each is a copy of 2, and they are none of each other."""
    stuck = [
        VerifiedPair(1, 2, "copy", 0.9, (0.9, 0.9), (), (STICKER,)),
        VerifiedPair(2, 3, "copy", 0.9, (0.9, 0.9), (), (STICKER.turned(),)),
    ]
    for sides in ((30, 20, 10), (30, 10, 20), (10, 30, 20)):
        (group,) = star_groups(store_of(*sides), stuck, "copy", [])
        assert group.best.id in (1, 3)
        assert {member.id for member in group.members[1:]} == {2}


def test_only_what_is_asked_for_or_closer_is_grouped() -> None:
    pairs = [pair(1, 2), pair(1, 3, "part"), pair(1, 4, "variant"), pair(1, 5, "scene")]
    store = store_of(50, 40, 30, 20, 10)
    sizes = {}
    for relation in ("copy", "part", "variant", "scene"):
        (group,) = star_groups(store, pairs, relation, [])
        sizes[relation] = len(group.members)
        assert group.relation == relation
        assert {group.link(member).relation for member in group.members[1:]} >= {relation}
    assert sizes == {"copy": 2, "part": 3, "variant": 4, "scene": 5}


def test_a_scene_holds_the_copies_of_each_view_as_groups_of_their_own() -> None:
    """1 is one view; 2 and 3 are copies of another one, and 4 is a third."""
    scenes = [pair(1, 2, "scene"), pair(1, 3, "scene"), pair(1, 4, "scene"), pair(2, 3)]
    (group,) = star_groups(store_of(50, 30, 20, 10), scenes, "scene", [])
    assert names([group]) == [("scene", ["/1", "/2", "/3", "/4"])]
    assert names(list(group.within)) == [("copy", ["/2", "/3"])]
    (copies,) = star_groups(store_of(50, 30), [pair(1, 2)], "scene", [])
    assert (copies.relation, copies.within) == ("copy", ())


def test_files_of_identical_contents_stand_together() -> None:
    store = store_of(30, 30, 20)
    same = Group("identical", 1.0, tuple(record for record in store.records() if record.id in (1, 2)))
    assert names(star_groups(store, [pair(2, 3)], "copy", [same])) == [("copy", ["/1", "/2", "/3"])]
    assert names(star_groups(store, [], "copy", [same])) == [("identical", ["/1", "/2"])]


def grounded(a: int, b: int, width: float) -> VerifiedPair:
    """a is transparent, and `width` px wide where b, of 20 px, has a ground."""
    ground = Difference((0, 0, width, 9), (0, 0, 20, 9), 0.5, "ground of the hit")
    return VerifiedPair(a, b, "copy", 0.9, (1.0, 1.0), (), (ground,))


def test_two_grounds_of_one_picture_stand_beside_it_unless_it_is_too_small_to_tell() -> None:
    sides = (30, 20, 20)
    others = pair(2, 3, "variant")
    found = star_groups(store_of(*sides), [grounded(1, 2, 20), grounded(1, 3, 20), others], "copy", [])
    assert names(found) == [("copy", ["/1", "/2", "/3"])]
    found = star_groups(store_of(*sides), [grounded(1, 2, 10), grounded(1, 3, 10), others], "copy", [])
    assert [len(members) for _, members in names(found)] == [2]
    assert not Link.of(grounded(1, 2, 20)).turned().adds_ground

"""What `FactKeeper`, `LabelKeeper`, `ObjectKeeper` and `WordKeeper` promise, of every store."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from lookalike.facts import UNKNOWN, Facts, Judgement, Label, Place
from lookalike.protocols import Store
from lookalike.store import STORES
from lookalike.types import Content, Space, Stamp

SPACE = Space("convnet", "aaaa", 4, "cosine")
STAMP = Stamp(bytes=10, mtime_ns=1_600_000_000_000_000_000, inode=7, device=1)
PLACE = Place(48.2, -16.4, 170.0)
FACTS = Facts("2020-01", "X100V", "23mm", 6, "Home", "at home", ("häuslich", "b"), 4)
APPLE, PRICE = Label.of("apple"), Label.of("price=3.50")


def content(number: int, taken: str | None = None) -> Content:
    return Content(f"{number:064x}", 100 + number, (640, 480), "jpeg", taken)


def sha256(number: int) -> str:
    return content(number).sha256


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, new_store: Callable[[str], Store]) -> Store:
    return new_store(request.param)


def put(store: Store, *files: tuple[str, int], taken: str | None = None) -> None:
    with store.writing(), store.transaction():
        store.put_contents([content(number, taken) for _, number in files])
        store.put_records([(path, STAMP, sha256(number)) for path, number in files])


def label(store: Store, *rows: tuple[int, Label]) -> int:
    with store.writing(), store.transaction():
        return store.labels.add([(sha256(number), each) for number, each in rows])


def labels(store: Store) -> dict[str, list[str]]:
    return {record.path: list(map(str, record.labels)) for record in store.records()}


def test_facts_come_back_with_the_records_of_their_content(store: Store) -> None:
    put(store, ("/a", 1), ("/b", 1), ("/c", 2))
    with store.writing(), store.transaction():
        store.facts.put({sha256(1): (FACTS, PLACE)})
    assert [record.facts for record in store.records()] == [FACTS, FACTS, UNKNOWN]
    assert store.facts.place(sha256(1)) == PLACE
    assert store.facts.place(sha256(2)) is None
    assert list(store.facts.of_contents()) == [(sha256(1), FACTS, PLACE)]
    assert store.problems() == []


def test_the_time_of_the_camera_counts_before_others_that_the_file_tells(store: Store) -> None:
    put(store, ("/a", 1), taken="2021-05-17T10:00:00")
    with store.writing(), store.transaction():
        store.facts.put({sha256(1): (FACTS, None)})
    (record,) = store.records()
    assert record.facts.taken == "2021-05-17T10:00:00"


def test_a_sidecar_counts_before_the_file_and_of_its_own_path_alone(store: Store) -> None:
    put(store, ("/a", 1), ("/b", 1), taken="2021-05-17T10:00:00")
    with store.writing(), store.transaction():
        store.facts.put({sha256(1): (FACTS, None)})
        store.facts.put_sidecars({"/a": (STAMP, Facts(title="Away", taken="2019"))})
    a, b = store.records()
    assert (a.facts.title, a.facts.taken, a.facts.camera) == ("Away", "2019", "X100V")
    assert b.facts.title == "Home"
    assert store.facts.sidecars(["/"]) == {"/a": STAMP}
    assert store.facts.sidecars(["/b"]) == {}
    assert list(store.facts.of_sidecars()) == [("/a", STAMP, Facts(title="Away", taken="2019"))]
    with store.writing(), store.transaction():
        store.facts.move_sidecars([("/a", "/b")])
    assert [record.facts.title for record in store.records()] == ["Home", "Away"]
    with store.writing(), store.transaction():
        store.facts.drop_sidecars(["/b"])
    assert [record.facts.title for record in store.records()] == ["Home", "Home"]


def test_facts_are_missing_until_they_were_read_even_if_there_are_none(store: Store) -> None:
    put(store, ("/a", 1), ("/b", 2))
    first, second = store.ids().tolist()
    assert store.facts.missing().tolist() == [first, second]
    with store.writing(), store.transaction():
        store.facts.put({sha256(1): (UNKNOWN, None)})
    assert store.facts.missing().tolist() == [second]


def test_facts_of_a_content_that_is_not_known_are_an_error(store: Store) -> None:
    with store.writing(), pytest.raises(ValueError, match="put_contents"), store.transaction():
        store.facts.put({sha256(1): (FACTS, None)})


def test_a_place_that_is_no_more_told_is_forgotten(store: Store) -> None:
    put(store, ("/a", 1))
    for place in (PLACE, None):
        with store.writing(), store.transaction():
            store.facts.put({sha256(1): (FACTS, place)})
    assert store.facts.place(sha256(1)) is None


def test_a_picture_has_many_labels_each_once_and_one_value_of_a_key(store: Store) -> None:
    put(store, ("/a", 1))
    assert label(store, (1, APPLE), (1, Label.of("Äpfel")), (1, PRICE)) == 3
    assert label(store, (1, APPLE), (1, PRICE)) == 0
    assert label(store, (1, Label.of("price=4")), (1, Label.of("price"))) == 2
    assert labels(store) == {"/a": ["apple", "price", "price=4", "Äpfel"]}
    assert store.labels.of(sha256(1)) == tuple(map(Label.of, ("apple", "price", "price=4", "Äpfel")))
    assert store.labels.all() == [(sha256(1), each) for each in store.labels.of(sha256(1))]
    assert list(store.labels.counts().items()) == [(each, 1) for each in store.labels.of(sha256(1))]


def test_a_key_takes_all_its_values_away_and_a_value_itself_alone(store: Store) -> None:
    put(store, ("/a", 1), ("/b", 2))
    label(store, (1, PRICE), (2, PRICE), (2, APPLE))
    with store.writing(), store.transaction():
        assert store.labels.remove([(sha256(1), Label.of("price=9")), (sha256(2), Label.of("price"))]) == 1
    assert labels(store) == {"/a": ["price=3.50"], "/b": ["apple"]}


def test_labels_belong_to_bytes_whatever_file_holds_them(store: Store) -> None:
    put(store, ("/a", 1))
    label(store, (1, APPLE))
    put(store, ("/b", 1))
    assert labels(store) == {"/a": ["apple"], "/b": ["apple"]}
    assert store.labels.counts() == {APPLE: 2}
    with store.writing(), store.transaction():
        store.drop_records(["/a", "/b"])
    with store.writing():
        store.compact()
    assert store.labels.all() == [(sha256(1), APPLE)]
    assert store.labels.counts() == {APPLE: 0}
    put(store, ("/elsewhere", 1))
    assert labels(store) == {"/elsewhere": ["apple"]}


def test_what_is_written_in_the_place_of_a_file_takes_over_its_labels(store: Store) -> None:
    put(store, ("/a", 1), ("/copy", 1), ("/other", 3))
    label(store, (1, APPLE), (1, PRICE), (2, Label.of("price=9")))
    put(store, ("/a", 2))
    assert labels(store) == {"/a": ["apple", "price=9"], "/copy": ["apple", "price=3.50"], "/other": []}


def test_labels_and_facts_change_nothing_that_an_index_follows(store: Store) -> None:
    put(store, ("/a", 1))
    before = store.generation(SPACE)
    label(store, (1, APPLE))
    with store.writing(), store.transaction():
        store.facts.put({sha256(1): (FACTS, PLACE)})
        store.facts.put_sidecars({"/a": (STAMP, FACTS)})
        store.facts.drop_sidecars(["/a"])
        store.labels.remove([(sha256(1), APPLE)])
    assert store.generation(SPACE) == before


def test_writing_needs_a_transaction(store: Store) -> None:
    put(store, ("/a", 1))
    with pytest.raises(RuntimeError, match="transaction"):
        store.labels.add([(sha256(1), APPLE)])
    with pytest.raises(RuntimeError, match="transaction"):
        store.facts.put({sha256(1): (FACTS, None)})


def test_an_error_takes_labels_back(store: Store) -> None:
    put(store, ("/a", 1))

    def add_and_fail() -> None:
        with store.writing(), store.transaction():
            store.labels.add([(sha256(1), APPLE)])
            raise KeyError

    with pytest.raises(KeyError):
        add_and_fail()
    assert labels(store) == {"/a": []}
    assert len(store.words.holding(["apple"])) == 0


def test_contents_are_found_by_path(store: Store) -> None:
    put(store, ("/a", 1), ("/b", 2))
    assert store.labels.contents_at(["/b", "/c", "/a/"]) == {"/b": sha256(2)}


def holding(store: Store, *phrase: str, prefix: bool = False) -> list[str]:
    paths = {record.id: record.path for record in store.records()}
    return [paths[id] for id in store.words.holding(phrase, prefix=prefix).ids.tolist()]


def test_words_are_those_of_names_folders_labels_and_facts_as_they_are_now(store: Store) -> None:
    put(store, ("/bills/IMG_7.jpg", 1), ("/b/RedApple.png", 2), ("/c/3.png", 3), ("/c/4.png", 4))
    assert holding(store, "bills") == ["/bills/IMG_7.jpg"]
    assert holding(store, "red", "apple") == ["/b/RedApple.png"]
    assert holding(store, "apple", "red") == []
    assert holding(store, "app", prefix=True) == ["/b/RedApple.png"]
    assert holding(store, "jpg") == []
    label(store, (3, APPLE))
    assert holding(store, "apple") == ["/c/3.png", "/b/RedApple.png"]  # a label counts for more than a name
    with store.writing(), store.transaction():
        store.labels.remove([(sha256(3), APPLE)])
        store.facts.put({sha256(3): (FACTS, None)})
        store.facts.put_sidecars({"/c/4.png": (STAMP, Facts(caption="Apple pie", taken="2021-05"))})
    assert holding(store, "apple") == ["/b/RedApple.png", "/c/4.png"]
    assert holding(store, "hauslich") == ["/c/3.png"]
    assert holding(store, "x100v") == ["/c/3.png"]
    assert holding(store, "may") == ["/c/4.png"]
    put(store, ("/b/RedApple.png", 5))
    with store.writing(), store.transaction():
        store.drop_records(["/c/4.png"])
    assert holding(store, "apple") == ["/b/RedApple.png"]
    assert store.words.holding(["apple"]).ids.tolist() == store.ids("name = Red*").tolist()


def test_words_of_every_file_of_a_content_count(store: Store) -> None:
    put(store, ("/a/one.png", 1), ("/a/two.png", 1), ("/a/three.png", 2))
    assert store.words.holding(["one"]).ids.tolist() == store.words.holding(["two"]).ids.tolist()
    assert len(store.words.holding(["a"])) == 2


def test_a_filter_knows_labels_and_facts(store: Store) -> None:
    put(store, ("/a", 1), ("/b", 2))
    label(store, (1, APPLE), (1, Label.of("weight=450g")))
    with store.writing(), store.transaction():
        store.facts.put({sha256(1): (FACTS, None), sha256(2): (UNKNOWN, None)})
    ids = dict(zip(["/a", "/b"], store.ids().tolist(), strict=True))
    for filter in ("label = Apple", "fact.weight < 0.5kg", "camera = *100*", "keyword = HÄUS*", "rating >= 4"):
        assert store.ids(filter).tolist() == [ids["/a"]], filter
        assert store.ids(f"not {filter}").tolist() == [ids["/b"]], filter
    assert np.array_equal(store.ids("label != apple and taken != 2020"), [ids["/b"]])


def judged(store: Store, *rows: Judgement) -> int:
    with store.writing(), store.transaction():
        return store.lessons.judge(rows)


def test_the_last_judgement_of_a_question_and_a_picture_counts(store: Store) -> None:
    liked, other = Judgement("b", sha256(1), True), Judgement("a", sha256(1), False)
    assert judged(store, liked, other) == 2
    assert judged(store, liked) == 0
    assert judged(store, Judgement("b", sha256(1), False)) == 1
    assert store.lessons.judgements() == [other, Judgement("b", sha256(1), False)]
    with store.writing(), store.transaction():
        assert store.lessons.forget([liked, Judgement("c", sha256(1), True)]) == 1
    assert store.lessons.judgements() == [other]
    assert store.problems() == []


def test_judgements_and_profiles_outlive_the_pictures(store: Store) -> None:
    put(store, ("/a", 1))
    judged(store, Judgement("x", sha256(1), True))
    with store.writing(), store.transaction():
        store.lessons.put_profile("goods", "{}")
        store.lessons.put_profile("cars", "[]")
        store.lessons.put_profile("goods", "[1]")
        store.drop_records(["/a"])
    with store.writing():
        store.compact()
    assert store.lessons.profiles() == {"cars": "[]", "goods": "[1]"}
    assert [row.liked for row in store.lessons.judgements()] == [True]
    with store.writing(), store.transaction():
        store.lessons.put_profile("cars", None)
        store.lessons.put_profile("never", None)
    assert list(store.lessons.profiles()) == ["goods"]


def make_views(store: Store, names: dict[int, str]) -> None:
    with store.writing(), store.transaction():
        store.objects.put({sha256(number): name for number, name in names.items()})


def objects(store: Store) -> dict[str, str]:
    return {record.path: record.object for record in store.records()}


def test_a_content_is_a_view_of_one_object_whatever_file_holds_it(store: Store) -> None:
    put(store, ("/a", 1), ("/b", 1), ("/c", 2), ("/d", 3))
    make_views(store, {1: "mug", 2: "Äpfel"})
    assert objects(store) == {"/a": "mug", "/b": "mug", "/c": "Äpfel", "/d": ""}
    make_views(store, {1: "cup"})
    assert list(store.objects.all().items()) == [(sha256(1), "cup"), (sha256(2), "Äpfel")]
    assert store.ids("object = CUP").tolist() == store.ids("path = /a").tolist()
    assert store.ids("object != cup").tolist() == store.ids("path = /[cd]").tolist()
    assert holding(store, "apfel") == ["/c"]
    with store.writing(), store.transaction():
        assert store.objects.remove([sha256(1), sha256(1), sha256(3)]) == 1
    assert objects(store) == {"/a": "", "/b": "", "/c": "Äpfel", "/d": ""}
    assert store.problems() == []


def test_members_of_things_are_found_by_object_label_folder_and_fact(store: Store) -> None:
    put(store, ("/x/a", 1), ("/y/b", 1), ("/y/c", 2), ("shop:1", 3))
    make_views(store, {1: "mug", 2: "cup"})
    label(store, (1, APPLE), (1, Label.of("red")), (2, APPLE), (2, PRICE), (3, Label.of("price")))
    first, second, third = store.ids().tolist()

    def members(by: str, where: str | None = None) -> list[tuple[int, str]]:
        return sorted(set(store.objects.members(by, where)))

    assert members("object") == [(first, "mug"), (second, "cup")]
    assert members("label") == [(first, "apple"), (first, "red"), (second, "apple"), (third, "price")]
    assert members("folder") == [(first, "/x"), (first, "/y"), (second, "/y"), (third, "")]
    assert members("Price") == [(second, "3.50")]
    assert members("label", "object = mug and label = r*") == [(first, "apple"), (first, "red")]
    assert members("folder", "path = /y/*") == [(first, "/y"), (second, "/y")]
    assert members("weight") == []


def test_views_outlive_their_files_and_go_to_what_takes_their_place(store: Store) -> None:
    put(store, ("/a", 1), ("/b", 2), ("/c", 3))
    make_views(store, {1: "mug", 2: "cup"})
    put(store, ("/a", 4), ("/b", 1), ("/c", 5))
    assert objects(store) == {"/a": "mug", "/b": "mug", "/c": ""}
    with store.writing(), store.transaction():
        store.drop_records(["/a", "/b", "/c"])
    with store.writing():
        store.compact()
    put(store, ("/again", 2))
    assert objects(store) == {"/again": "cup"}


def test_objects_change_nothing_that_an_index_follows_and_need_a_transaction(store: Store) -> None:
    put(store, ("/a", 1))
    before = store.generation(SPACE)
    make_views(store, {1: "mug"})
    assert store.generation(SPACE) == before
    with pytest.raises(RuntimeError, match="transaction"):
        store.objects.put({sha256(1): "cup"})
    with pytest.raises(RuntimeError, match="transaction"):
        store.objects.remove([sha256(1)])

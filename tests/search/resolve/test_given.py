"""Groups from elsewhere are claims, which the library has to confirm."""

from __future__ import annotations

import copy
import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from lookalike import BadQuery, Library
from lookalike.app.documents import dupes_document, resolve_document
from lookalike.search.documents import json_text


def written(library: Library) -> Any:
    return json.loads(json_text(dupes_document(library.dupes())))


def told(library: Library, document: object, photos: Path) -> dict[str, str]:
    found = library.read_groups(document).resolve(action="move", into=photos.parent / "aside")
    return {os.path.relpath(each.path, photos): each.reason or each.fate for each in found.outcomes}


def test_what_dupes_wrote_is_acted_upon(held: Library, photos: Path) -> None:
    document = written(held)
    assert told(held, document, photos) == {"a.png": "kept", "b.png": "moved", "sub/c.png": "moved"}
    assert resolve_document(held.undo())["counts"] == {"restored": 2}


def test_of_a_group_that_somebody_shortened_only_what_is_left_is_acted_upon(held: Library, photos: Path) -> None:
    document = written(held)
    del document["groups"][0]["members"][1]
    assert told(held, document, photos) == {"a.png": "kept", "sub/c.png": "moved"}


def test_a_stranger_in_a_group_stays(held: Library, photos: Path) -> None:
    document = written(held)
    members = document["groups"][0]["members"]
    members.append({**members[0], "path": str(photos / "d.png")})
    members.append({**members[0], "path": str(photos / "nowhere.png")})
    assert told(held, document, photos) == {
        "a.png": "kept",
        "b.png": "moved",
        "sub/c.png": "moved",
        "d.png": "unproved",
        "nowhere.png": "unknown",
    }


def test_a_file_named_twice_is_one_file_and_the_last_of_its_group(held: Library, photos: Path) -> None:
    document = written(held)
    members = document["groups"][0]["members"]
    document["groups"][0]["members"] = [members[0], copy.deepcopy(members[0])]
    assert told(held, document, photos) == {"a.png": "kept"}


def test_a_group_of_scenes_is_refused_whatever_its_members_say(held: Library, photos: Path) -> None:
    document = written(held)
    document["groups"][0]["relation"] = "scene"
    assert set(told(held, document, photos).values()) == {"relation"}


def test_no_file_goes_that_another_group_keeps(held: Library, photos: Path) -> None:
    """The same files in two groups with other members each: no chain leads from one to a third."""
    document = written(held)
    first = document["groups"][0]
    second = copy.deepcopy(first)
    first["members"] = [member for member in first["members"] if not member["path"].endswith("a.png")]
    second["members"] = [member for member in second["members"] if not member["path"].endswith("c.png")]
    document["groups"].append(second)
    groups = held.read_groups(document)
    for found in (groups.resolve(["oldest"]), groups.resolve(["oldest"], "symlink")):
        fates = [(os.path.basename(each.path), each.reason or each.fate) for each in found.outcomes]
        assert [fate for fate in fates if fate[0] == "b.png"] == [("b.png", "kept"), ("b.png", "stands")]
    assert not (photos / "b.png").is_symlink()
    assert (photos / "sub" / "c.png").samefile(photos / "b.png")


def test_nor_one_that_a_link_of_an_earlier_run_leads_to(held: Library, photos: Path) -> None:
    held.dupes(under=[photos / "a.png", photos / "b.png"]).resolve(["oldest"], "symlink")
    found = held.dupes().resolve([f"folder:{photos / 'sub'}"], "move", photos.parent / "aside")
    assert [each.reason or each.fate for each in found.outcomes] == ["kept", "stands"]
    assert (photos / "b.png").samefile(photos / "a.png")
    held.undo()
    again = held.dupes().resolve([f"folder:{photos / 'sub'}"], "move", photos.parent / "aside")
    assert [each.reason or each.fate for each in again.outcomes] == ["kept", "moved", "moved"]


def test_names_that_are_no_utf_8_are_read(held: Library, photos: Path) -> None:
    name = os.fsencode(photos) + b"/\xff.png"
    try:
        shutil.copy(os.fsencode(photos / "a.png"), name)
    except OSError:
        pytest.skip("this file system takes no such names")
    held.index(photos)
    document = written(held)
    assert "path_b64" in str(document)
    assert told(held, document, photos)[os.fsdecode(b"\xff.png")] == "moved"


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        {},
        {"schema": "lookalike/search/1", "hits": []},
        {"schema": "lookalike/dupes/1"},
        {"schema": "lookalike/dupes/1", "groups": {}},
        {"schema": "lookalike/dupes/1", "groups": [1]},
        {"schema": "lookalike/dupes/1", "groups": [{"relation": "twin", "members": []}]},
        {"schema": "lookalike/dupes/1", "groups": [{"relation": ["copy"], "members": []}]},
        {"schema": "lookalike/dupes/1", "groups": [{"relation": "copy"}]},
        {"schema": "lookalike/dupes/1", "groups": [{"relation": "copy", "members": [{}]}]},
        {"schema": "lookalike/dupes/1", "groups": [{"relation": "copy", "members": ["a.png"]}]},
        {"schema": "lookalike/dupes/1", "groups": [{"relation": "copy", "members": [{"path_b64": "?"}]}]},
    ],
)
def test_what_is_no_document_of_groups_is_refused(wrong: object, held: Library) -> None:
    with pytest.raises(BadQuery):
        held.read_groups(wrong)


def test_a_name_that_no_system_has_is_unknown(held: Library) -> None:
    members = [{"path": "a\0b"}, {"path": "\ud800"}, {"path": ""}]
    groups = held.read_groups(
        {"schema": "lookalike/dupes/1", "groups": [{"relation": "identical", "members": members}]}
    )
    assert [outcome.reason for outcome in groups.resolve().outcomes] == ["unknown"] * 3

from __future__ import annotations

from pathlib import Path

import pytest


def test_a_kind_that_is_named_is_built_measured_and_told_by_status(here, photos_folder: Path) -> None:
    assert here("index", photos_folder, "--describer", "histogram", "--describer", "phash").code == 3
    exact = {row["name"]: row for row in here("status", "--json").document["spaces"]}
    assert {row["index"] for row in exact.values()} == {"flat"}
    assert {row["recall"] for row in exact.values()} == {None}
    assert here("index", photos_folder, "--index", "hnsw:neighbours=8", "--recall", "0.9", "--memory", "1GB").code == 3
    told = {row["name"]: row for row in here("status", "--json").document["spaces"]}
    assert told["histogram"]["settings"].startswith("hnsw:neighbours=8")
    assert (told["histogram"]["recall"], told["histogram"]["measured_at"], told["histogram"]["marked"]) == (1.0, 4, 0)
    assert told["histogram"]["ms"] > 0
    assert told["histogram"]["index_bytes"] > 0
    assert told["histogram"]["remark"] is None
    lines = here("status").out.decode()
    assert "hnsw:neighbours=8:breadth=64: finds 1.000 of the ten best in" in lines
    assert "measured at 4 vectors" in lines
    found = here("search", photos_folder / "0.png", "--by", "histogram", "-0").out.split(b"\0")
    assert found[0].endswith(b"0.png")
    assert here("index", photos_folder, "--index", "auto").code == 3
    assert here("search", photos_folder / "0.png", "-0").out.split(b"\0")[0].endswith(b"0.png")
    assert {row["index"] for row in here("status", "--json").document["spaces"]} == {"flat"}


def test_where_memory_is_short_status_names_a_describer_with_fewer_columns(here, photos_folder: Path) -> None:
    describers = ("--describer", "convnet", "--describer", "histogram")
    assert here("index", photos_folder, *describers, "--index", "ivf", "--memory", "1kB").code == 3
    lines = here("status").out.decode().splitlines()
    assert sum("give --memory more" in line for line in lines) == 2
    (advice,) = (line for line in lines if "pca:of=convnet:components=256:whiten=no instead of it" in line)
    assert "give --memory more" in lines[lines.index(advice) - 1]
    assert here("index", photos_folder, "--memory", "1GB").code == 3
    assert "pca" not in here("status").out.decode()


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        ("--memory", "4 apples", "write 4GB"),
        ("--memory", "0", "above 0"),
        ("--recall", "98", "at most 1"),
        ("--recall", "0", "above 0"),
        ("--index", "hnws", "did you mean 'hnsw'"),
        ("--index", "ivf:lists=many", "whole number"),
    ],
)
def test_wishes_that_cannot_be_are_refused_and_make_no_library(
    here, photos_folder: Path, tmp_path: Path, option: str, value: str, told: str
) -> None:
    ran = here("index", photos_folder, option, value)
    assert ran.code == 2
    assert told in ran.err
    assert not (tmp_path / "library").exists()

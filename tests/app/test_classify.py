"""`lookalike classify`, as a user runs it."""

from __future__ import annotations

from pathlib import Path


def test_pictures_are_classified_as_lines_csv_and_json(program, photos_folder: Path, tmp_path: Path) -> None:
    program("index", photos_folder, "--describer", "histogram", "--no-local", "--no-planes")
    query = photos_folder / "0.png"
    assert program("classify", query).code == 2  # no picture has a label
    program("label", "add", "apple", photos_folder / "0.png")
    program("label", "add", "pear", photos_folder / "1.png", photos_folder / "2.png")
    done = program("classify", query, photos_folder / "2.png")
    assert done.code == 0
    first, second = (line.split("  ") for line in done.out.decode().splitlines())
    assert first == ["1.000", str(query), "apple"]
    assert second[1:] == [f"{photos_folder}/2.png", "pear"]
    assert float(second[0]) == 1  # it is one of the views, whatever the other pear is like
    assert "no probability" in done.err
    listed = program("classify", query, tmp_path / "gone.png", "--csv")
    assert listed.code == 3
    assert listed.out.decode().splitlines() == ["query,class,probability,none,best", f"{query},apple,,,{query}"]
    assert "gone.png" in listed.err
    (one,) = program("classify", query, "--json").document["classified"]
    assert (one["class"], one["probability"], one["scores"]["apple"]) == ("apple", None, 1.0)
    assert program("classify", query, "--least", "2").code == 2
    assert program("classify", query, "--json", "--csv").code == 2

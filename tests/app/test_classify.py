"""`lookalike classify`, as a user runs it."""

from __future__ import annotations

from pathlib import Path


def test_pictures_are_classified_as_lines_csv_and_json(here, photos_folder: Path, tmp_path: Path) -> None:
    here("index", photos_folder, "--describer", "histogram", "--no-local", "--no-planes")
    query = photos_folder / "0.png"
    assert here("classify", query).code == 2  # no picture has a label
    here("label", "add", "apple", photos_folder / "0.png")
    here("label", "add", "pear", photos_folder / "1.png", photos_folder / "2.png")
    done = here("classify", query, photos_folder / "2.png")
    assert done.code == 0
    first, second = (line.split("  ") for line in done.out.decode().splitlines())
    assert first == ["1.000", str(query), "apple"]
    assert second[1:] == [f"{photos_folder}/2.png", "pear"]
    assert float(second[0]) == 1  # it is one of the views, whatever the other pear is like
    assert "no probability" in done.err
    listed = here("classify", query, tmp_path / "gone.png", "--csv")
    assert listed.code == 3
    assert listed.out.decode().splitlines() == ["query,class,probability,none,best", f"{query},apple,,,{query}"]
    assert "gone.png" in listed.err
    (one,) = here("classify", query, "--json").document["classified"]
    assert (one["class"], one["probability"], one["scores"]["apple"]) == ("apple", None, 1.0)
    assert here("classify", query, "--least", "2").code == 2
    assert here("classify", query, "--json", "--csv").code == 2

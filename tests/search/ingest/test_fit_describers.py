from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import lookalike
from lookalike import Library
from lookalike.describe.pca import PrincipalComponents
from lookalike.errors import BadSetting, NotFitted
from lookalike.pixels.limits import Limits
from lookalike.search.components import describers_of
from lookalike.search.describe import describe_files
from lookalike.search.ingest.fit_describers import fitted, sampled
from lookalike.search.ingest.scan import Found, stamp_of
from lookalike.types import Stamp

PCA = "pca:components=3:size=8"


def found(path: Path) -> Found:
    return Found(str(path), stamp_of(path.stat()))


def files(count: int) -> list[tuple[str, Found]]:
    return [(f"{at}", Found(f"/{at}", Stamp(1, 1, at, 1))) for at in range(count)]


def test_a_library_is_learned_from_filled_and_searched_also_after_reopening(
    library: Library, folder: Path, tmp_path: Path
) -> None:
    report = library.index(folder, describers=[PCA, "phash"])
    assert (report.added, report.failed) == (5, 0)
    (answer, *_) = library.search(folder / "2.png", by={"pca": 1})
    assert Path(answer.record.path).name == "2.png"
    library.close()
    with lookalike.open(tmp_path / "library") as again:
        assert again.search(folder / "2.png", by={"pca": 1})[0].channels["pca"] == pytest.approx(1, abs=1e-5)
        assert {status.space.name: status.vectors for status in again.status().spaces} == {"pca": 5, "phash": 5}


def test_what_was_learned_serves_pictures_that_come_later(filled: Library, folder: Path) -> None:
    filled.index(folder, describers=[PCA])
    spaces = filled.store.spaces()
    (folder / "0.png").rename(folder / "9.png")
    (folder / "new.png").write_bytes((folder / "1.png").read_bytes() + b"\0")
    filled.index(folder)
    filled.index(folder, describers=[PCA])
    assert filled.store.spaces() == spaces
    assert {status.vectors for status in filled.status().spaces} == {6}


def test_other_settings_learn_anew(filled: Library, folder: Path) -> None:
    filled.index(folder, describers=[PCA])
    filled.index(folder, describers=["pca:components=2:size=8"])
    assert [space.dim for space in filled.store.spaces() if space.name == "pca"] == [4, 3]


def test_the_rows_of_another_describer_are_learned_from(filled: Library, folder: Path) -> None:
    filled.index(folder, describers=["pca:of=histogram:components=3"])
    (learned,) = (one for one in describers_of(filled.store) if one.name == "pca")
    assert isinstance(learned, PrincipalComponents)
    assert learned.arrays["parts"].shape == (3, 512)


def test_too_few_pictures_are_told_and_kept(library: Library, folder: Path) -> None:
    with pytest.raises(NotFitted, match=r"needs 33 different pictures .* there are 5: index more"):
        library.index(folder, describers=["pca"])
    assert library.status().images == 5
    assert library.status().spaces == ()
    library.index(folder, describers=["kmeans:components=5"])
    assert library.status().spaces[0].vectors == 5


def test_a_library_of_one_picture_is_told(library: Library, folder: Path) -> None:
    with pytest.raises(NotFitted, match="there is 1"):
        library.index(folder / "0.png", describers=["pca:components=1"])


def test_a_setting_that_does_not_parse_is_told(library: Library, folder: Path) -> None:
    for words in ("pca:components", "pca:parts=3", "pca:components=many"):
        with pytest.raises(BadSetting):
            library.index(folder, describers=[words])


def test_files_outside_a_library_learn_from_each_other(folder: Path) -> None:
    described = describe_files([folder], PrincipalComponents(components=3, size=8), workers=1)
    again = describe_files([folder], PrincipalComponents(components=3, size=8), workers=2)
    assert described.vectors.shape == (5, 4)
    assert described.space == again.space
    np.testing.assert_array_equal(described.vectors, again.vectors)


def test_files_that_give_no_picture_are_not_learned_from(folder: Path) -> None:
    (folder / "broken.png").write_bytes((folder / "0.png").read_bytes()[:100])
    describer = PrincipalComponents(components=3, size=8)
    keyed = [(path.name, found(path)) for path in sorted(folder.iterdir())]
    assert fitted(describer, keyed, Limits(), 1) == fitted(describer, keyed[:5], Limits(), 1)


def test_a_sample_is_the_same_whatever_the_order() -> None:
    chosen = sampled(files(200), 20, seed=1)
    assert chosen == sampled(files(200)[::-1], 20, seed=1)
    assert chosen != sampled(files(200), 20, seed=2)
    assert len(set(chosen)) == 20
    assert sampled(files(5), 20, seed=1) == sampled(files(5)[::-1], 20, seed=1)


def test_every_file_is_as_likely_in_a_sample() -> None:
    counts = np.zeros(50)
    for seed in range(400):
        counts[[int(key) for key, _ in sampled(files(50), 10, seed)]] += 1
    assert np.abs(counts - 80).max() < 5 * np.sqrt(400 * 0.2 * 0.8)

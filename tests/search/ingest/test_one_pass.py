"""One pass for all that a library keeps: each thing costs itself alone, and is as it would be by itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from PIL import Image

import lookalike.pixels.decode_once as module
from lookalike import Library
from lookalike.describe.phash import PerceptualHash
from lookalike.pixels.decode import decode
from lookalike.pixels.decode_once import decode_once
from lookalike.pixels.limits import Limits
from lookalike.protocols import Store
from lookalike.search.ingest.options import Options
from lookalike.search.ingest.products import Product, VectorOf
from lookalike.search.ingest.run import ingest
from lookalike.store.sqlite import SQLiteStore

HASH = VectorOf(PerceptualHash())


@pytest.fixture
def odd(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    import odd_products

    return odd_products


@contextmanager
def writing(folder: Path) -> Iterator[Store]:
    with closing(SQLiteStore.create(folder)) as store, store.writing():
        yield store


@pytest.fixture
def dark(folder: Path) -> Path:
    """The five pictures, and one that is black."""
    Image.new("RGB", (64, 48)).save(folder / "black.png")
    return folder


def held(store: Store, product: Product) -> int:
    return len(store.vector_ids(product.space))


@pytest.mark.parametrize("kills", [False, True])
def test_a_picture_of_which_one_thing_cannot_be_made_has_the_others(
    odd: ModuleType, dark: Path, tmp_path: Path, kills: bool
) -> None:
    plane = odd.OddPlane(least=20, kills=kills)
    with writing(tmp_path / "library") as store:
        report = ingest(store, [HASH, plane], [dark], Options(workers=2))
        assert (report.added, report.failed) == (6, 0)
        (failure,) = report.failures
        assert (Path(failure.path).name, failure.reason) == ("black.png", "decoder_crash")
        assert (held(store, HASH), held(store, plane)) == (6, 5)
        again = ingest(store, [HASH, plane], [dark], Options(workers=1))
        assert (again.unchanged, len(again.failures)) == (6, 1)


@pytest.mark.parametrize("kills", [False, True])
def test_what_the_library_lacks_of_several_things_is_made_together(
    odd: ModuleType, dark: Path, tmp_path: Path, kills: bool
) -> None:
    plane = odd.OddPlane(least=20, kills=kills)
    with writing(tmp_path / "library") as store:
        ingest(store, [], [dark], Options(workers=1))
        assert store.count() == 6
        report = ingest(store, [HASH, plane], [], Options(workers=1))
        assert report.seen == 0
        assert [Path(failure.path).name for failure in report.failures] == ["black.png"]
        assert (held(store, HASH), held(store, plane)) == (6, 5)


def test_a_file_that_kills_every_worker_fails_once(odd: ModuleType, folder: Path, tmp_path: Path) -> None:
    hasty = Options(workers=2, limits=Limits(seconds=1e-6))
    with writing(tmp_path / "library") as store:
        report = ingest(store, [HASH, odd.OddPlane(0, kills=False)], [folder], hasty)
    assert (report.failed, [failure.reason for failure in report.failures]) == (5, ["timeout"] * 5)


def test_rows_are_those_that_each_would_make_alone(library: Library, tmp_path: Path, photo_files: list[Path]) -> None:
    album = tmp_path / "album"
    album.mkdir()
    for file in photo_files[:3]:
        with Image.open(file) as image:
            image.convert("RGB").save(album / f"{file.stem}.jpg")
    names = ["phash", "histogram", "thumbnail"]
    library.index(album, describers=names)
    with Library(tmp_path / "alone") as alone:
        alone.index(album, describers=names[:1], local=False, planes=False)
        for name in names[1:]:
            alone.index(album, describers=[name])
        alone.index(album, local=True)
        alone.index(album, planes=True)
        for space in (*library.store.spaces(), *library.store.spaces("planes")):
            (_, together), (_, apart) = next(library.store.vectors(space)), next(alone.store.vectors(space))
            order = [[record.content.sha256 for record in each.store.records()] for each in (library, alone)]
            rows = [dict(zip(*each, strict=True)) for each in zip(order, (together, apart), strict=True)]
            assert all(np.array_equal(rows[0][sha256], rows[1][sha256]) for sha256 in rows[0])
        (space,) = library.store.spaces("local")
        sets = [
            {features.keypoints.xy.tobytes() for _, features in each.store.local(space)} for each in (library, alone)
        ]
        assert sets[0] == sets[1]


@pytest.mark.parametrize(("size", "decodes"), [((640, 480), 3), ((4000, 3000), 1), ((200, 100), 1)])
def test_a_jpeg_is_decoded_once_for_each_fraction(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], decodes: int
) -> None:
    coarse = np.random.default_rng(0).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    exif = Image.Exif()
    exif[0x0112] = 6  # on its side
    Image.fromarray(coarse).resize(size).save(tmp_path / "a.jpg", exif=exif)
    data = (tmp_path / "a.jpg").read_bytes()
    asked: list[int | None] = []

    def counting(data: bytes, *, min_side: int | None, limits: Limits) -> object:
        asked.append(min_side)
        return decode(data, min_side=min_side, limits=limits)

    monkeypatch.setattr(module, "decode", counting)
    found = decode_once(data, [120, 224, 320], Limits())
    assert len(asked) == decodes
    for side, decoded in found.items():
        alone = decode(data, min_side=side)
        assert np.array_equal(decoded.picture.pixels, alone.picture.pixels)
        assert (decoded.picture.size, decoded.flags) == (alone.picture.size, alone.flags)


def test_other_formats_are_decoded_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = decode_once((folder / "0.png").read_bytes(), [4, 30, 500], Limits())
    assert len({id(decoded) for decoded in found.values()}) == 1

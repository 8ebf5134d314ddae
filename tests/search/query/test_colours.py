from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lookalike import Library
from lookalike.errors import BadQuery
from lookalike.search.query.colours import is_palette, picture_of


def test_colours_become_a_picture_of_their_shares() -> None:
    assert (picture_of("colour:#2A6f97").pixels == [0x2A, 0x6F, 0x97]).all()
    pixels = picture_of("colour:#ff0000=3, #00ff00").pixels
    assert np.count_nonzero((pixels == [255, 0, 0]).all(axis=2)) == 128 * 96
    assert np.count_nonzero((pixels == [0, 255, 0]).all(axis=2)) == 128 * 32
    thirds = picture_of("colour:#010101,#020202,#030303").pixels
    assert np.ptp(np.bincount(thirds[:, :, 0].ravel())[1:]) <= 1


def test_colours_have_names_and_short_forms() -> None:
    assert (picture_of("colour:#fff").pixels == 255).all()
    assert (picture_of("colour:Teal").pixels == [0, 128, 128]).all()
    pixels = picture_of("colour:teal=0.75,#f00=0.25").pixels
    assert np.count_nonzero((pixels == [0, 128, 128]).all(axis=2)) == 128 * 96
    assert np.count_nonzero((pixels == [255, 0, 0]).all(axis=2)) == 128 * 32


@pytest.mark.parametrize(
    "text",
    [
        "colour:",
        "colour:redd",
        "colour:#ffff",
        "colour:rgb(1,2,3)",
        "colour:#12345",
        "colour:#123456=x",
        "colour:#123456=1.2.3",
        "colour:#123456=0",
        "colour:#123456,",
    ],
)
def test_what_is_no_colour_is_told(text: str) -> None:
    assert is_palette(text)
    with pytest.raises(BadQuery, match="colours are asked for as colour:#2a6f97"):
        picture_of(text)


def test_a_library_is_asked_for_colours(library: Library, tmp_path: Path) -> None:
    folder = tmp_path / "plain"
    folder.mkdir()
    for name, colour in {"blue": (40, 110, 150), "red": (200, 30, 40), "white": (250, 250, 250)}.items():
        Image.new("RGB", (80, 60), colour).save(folder / f"{name}.png")
    half = Image.new("RGB", (80, 60), (40, 110, 150))
    half.paste((250, 250, 250), (0, 0, 40, 60))
    half.save(folder / "half.png")
    library.index(folder, describers=["phash", "palette"])
    results = library.search("colour:#2a6f97")
    assert [Path(answer.record.path).stem for answer in results][:2] == ["blue", "half"]
    assert set(results[0].channels) == {"palette"}
    results = library.search("colour:#2a6f97,#ffffff")
    assert Path(results[0].record.path).stem == "half"
    page = results.save_html(tmp_path / "page.html").read_text()
    assert "colour:#2a6f97,#ffffff" in page


def test_colours_are_compared_by_describers_of_colours_alone(filled: Library, folder: Path) -> None:
    filled.index(folder, describers=["palette"])
    with pytest.raises(BadQuery, match="colours are compared by the channels palette and histogram"):
        filled.search("colour:#2a6f97", by={"phash": 1.0})
    asked = filled.search("colour:#2a6f97", by={"palette": 1.0, "phash": 0.5})
    assert set(asked[0].channels) == {"palette"}
    assert set(filled.search("colour:#2a6f97")[0].channels) == {"palette", "histogram"}


def test_colours_have_no_parts(filled: Library, folder: Path) -> None:
    filled.index(folder, describers=["palette"])
    with pytest.raises(BadQuery, match="colours have no parts: leave out the crop"):
        filled.search("colour:#2a6f97", crop=(0, 0, 10, 10))


def test_a_library_without_colours_says_how_to_add_them(library: Library, folder: Path) -> None:
    library.index(folder, describers=["phash"], local=False, planes=False)
    with pytest.raises(BadQuery, match="lookalike index PATH --describer palette"):
        library.search("colour:#2a6f97")


@pytest.mark.parametrize("share", ["9" * 400, "9" * 308 + ",#fff=" + "9" * 308])
def test_a_share_beyond_all_numbers_is_refused(share: str) -> None:
    with pytest.raises(BadQuery, match="colours are asked for as"):
        picture_of(f"colour:teal={share}")

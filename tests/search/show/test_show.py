"""Each drawing says something that is true of the picture and of no other."""

from __future__ import annotations

import numpy as np
import pytest
import skimage.data

from lookalike.describe.class_words import ClassWords
from lookalike.describe.convnet import ConvNet
from lookalike.describe.thumbnail import Thumbnail
from lookalike.errors import BadPicture, BadQuery, UnknownName
from lookalike.pixels.augment import EDITS
from lookalike.search.show import ARTISTS, show, show_pair
from lookalike.search.show.agreement import PAIR, agreement, bars, robustness, told
from lookalike.types import Picture


def grey(width: int = 96, height: int = 64) -> np.ndarray:
    return np.full((height, width, 3), 128, np.uint8)


@pytest.mark.parametrize("kind", [kind for kind in ARTISTS if kind != "classes"])
@pytest.mark.parametrize(
    "pixels", [skimage.data.chelsea(), grey(), grey(7, 300), grey(1, 1)], ids=["cat", "flat", "strip", "px"]
)
def test_any_picture_is_drawn_and_put_into_words(kind: str, pixels: np.ndarray) -> None:
    drawn = show(kind, pixels)
    assert drawn.picture.ndim == 3
    assert drawn.line.endswith(".")


def test_a_histogram_counts_colours() -> None:
    pixels = grey(128, 128)
    pixels[:, :24] = (200, 20, 20)
    assert show("histogram", pixels).line.startswith("2 of 512 colours occur; the 2 most frequent cover 100 %")


@pytest.mark.parametrize(("axis", "crests"), [(1, "upright"), (0, "level")])
def test_a_spectrum_knows_how_waves_lie(axis: int, crests: str) -> None:
    wave = np.rint(128 + 90 * np.sin(2 * np.pi * 12 * np.mgrid[:256, :256][axis] / 256)).astype(np.uint8)
    line = show("spectrum", np.dstack([wave] * 3)).line
    assert f"their crests {crests}:" in line
    assert int(line.split(" repeat ")[1].split()[0]) in (11, 12, 13)
    assert show("spectrum", grey()).line == "The picture is flat: it has no waves."


def test_slanted_waves_are_told_by_their_slant() -> None:
    down, across = np.mgrid[:256, :256]
    wave = np.rint(128 + 90 * np.sin(2 * np.pi * 9 * (across + down) / 256)).astype(np.uint8)
    assert "slanted down to the left" in show("spectrum", np.dstack([wave] * 3)).line  # crests: across + down constant
    assert "slanted down to the right" in show("spectrum", np.dstack([wave[:, ::-1]] * 3)).line


def test_a_texture_names_what_is_most_frequent() -> None:
    assert "even parts" in show("texture", grey()).line
    noise = np.random.default_rng(0).integers(0, 256, (128, 128), dtype=np.uint8)
    assert "no clear pattern" in show("texture", np.dstack([noise] * 3)).line


def test_keypoints_lie_where_something_is() -> None:
    assert show("keypoints", grey()).line.endswith("0 of harris, 0 of dog, 0 of mser, 0 of sift.")
    assert "80 of sift" in show("keypoints", skimage.data.chelsea()).line


def test_more_parts_keep_more() -> None:
    told = show("parts", skimage.data.chelsea()).line
    kept = [int(word.rstrip(".,")) for word in told.replace(" %", "").split() if word.rstrip(".,").isdigit()][-3:]
    assert kept == sorted(kept)
    assert kept[-1] > 90


@pytest.mark.parametrize(("photo", "group"), [("chelsea", "cat"), ("coffee", "food")])
def test_classes_name_what_is_seen(photo: str, group: str) -> None:
    assert show("classes", getattr(skimage.data, photo)()).line.startswith(f"The network takes it for: {group},")


def test_the_groups_of_classes_cover_all_and_each_once() -> None:
    from lookalike.search.show.classes import GROUPS

    members = [at for spans in GROUPS.values() for first, last in spans for at in range(first, last + 1)]
    assert sorted(members) == list(range(1000))


def test_a_drawing_that_is_none_and_a_picture_that_is_none_are_refused(tmp_path) -> None:
    with pytest.raises(UnknownName, match="did you mean 'texture'"):
        show("textur", grey())
    (tmp_path / "broken.png").write_text("no picture")
    with pytest.raises(BadPicture):
        show("texture", tmp_path / "broken.png")


def test_a_drawing_is_saved(tmp_path) -> None:
    assert show("histogram", grey()).save(tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


def test_two_pictures_are_drawn_where_they_agree_over_what_the_describer_is_blind_to() -> None:
    cat = skimage.data.chelsea()
    drawn = show_pair("agreement", cat, cat[:, ::-1].copy())
    assert drawn.picture.shape[1] > 500
    assert "Blind to" in drawn.line
    assert "flip" in drawn.line.partition(";")[0]  # the network hardly sees it
    with pytest.raises(UnknownName, match="no drawing of two pictures 'agree'"):
        show_pair("agree", cat, cat)


def test_bars_begin_at_strangers_and_a_describer_of_places_alone_is_not_blind_to_a_flip() -> None:
    first, second = (Picture(pixels, pixels.shape[1::-1]) for pixels in (skimage.data.chelsea(), skimage.data.coffee()))
    alike = robustness(first, second, Thumbnail())
    assert set(alike) == {"these two", *EDITS}
    assert 0 <= min(alike.values()) <= max(alike.values()) <= 1
    assert alike["jpeg"] > 0.95 > alike["flip"]
    assert alike["these two"] < 0.5
    assert told(alike).startswith("Blind to jpeg")
    assert told(dict.fromkeys(alike, 0.6)) == "Blind to none of the edits; estranged by none."


def test_a_bar_of_what_is_not_quite_the_original_does_not_say_that_it_is() -> None:
    alike = dict.fromkeys((PAIR, *EDITS), 1.0)
    almost = bars(alike | {PAIR: 0.9996})  # to the px as long
    assert not np.array_equal(almost, bars(alike))
    assert np.array_equal(almost, bars(alike | {PAIR: 0.9986}))  # both are told as 0.99


def test_a_picture_is_to_itself_as_the_original() -> None:
    cat = Picture(skimage.data.chelsea(), (451, 300))
    assert robustness(cat, cat, ConvNet())[PAIR] == 1


def test_a_describer_that_draws_nothing_of_places_is_refused() -> None:
    picture = Picture(grey(), (64, 64))
    with pytest.raises(BadQuery, match="name another with --with"):
        agreement(picture, picture, ClassWords())

"""`lookalike locate` on real photos."""

import subprocess
import sys

import cv2
import numpy as np
import pytest
import skimage.data


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A photo, a part of it in other light, and one that is not there."""
    root = tmp_path_factory.mktemp("locate")
    photo = skimage.data.coffee()[:, :, ::-1]
    part = np.clip(photo[150:214, 220:300] * 0.7 + 30, 0, 255).astype(np.uint8)
    cv2.imwrite(str(root / "photo.png"), photo)
    cv2.imwrite(str(root / "part.png"), part)
    mask = np.zeros(part.shape[:2], np.uint8)
    mask[10:, 10:] = 255
    part[:10] = part[:, :10] = 0
    cv2.imwrite(str(root / "spoilt.png"), part)
    cv2.imwrite(str(root / "mask.png"), mask)
    cv2.imwrite(str(root / "absent.png"), skimage.data.astronaut()[20:90, 180:260, ::-1])
    return root


@pytest.fixture
def run(here):
    return lambda *words: here("locate", *map(str, words))


@pytest.mark.parametrize("engine", ["fast", "exact"])
def test_a_part_is_found_where_it_was_cut_out(run, files, engine):
    ran = run(files / "part.png", files / "photo.png", "--engine", engine, "--json")
    assert ran.code == 0, ran.err
    found = ran.document
    assert found["schema"] == "lookalike/locate/1"
    (place,) = found["placements"]
    np.testing.assert_allclose(place["box"], [220, 150, 80, 64], atol=0.6)
    assert place["score"] > 0.99
    assert (place["scale"], place["angle"]) == (1.0, 0.0)
    assert place["path"].endswith("photo.png")


def test_what_is_not_there_is_not_found_from_a_score_on(run, files):
    ran = run(files / "absent.png", files / "photo.png", "--least", 0.8)
    assert (ran.code, ran.out) == (1, b"")


def test_what_scores_no_better_than_chance_is_not_found(run, files):
    ran = run(files / "absent.png", files / "photo.png")
    assert (ran.code, ran.out) == (1, b"")
    assert "--least 0 shows it" in ran.err
    assert run(files / "absent.png", files / "photo.png", "--least", 0).code == 0


def test_a_turned_and_smaller_part_is_found_and_drawn_and_an_absent_one_is_not(run, files, tmp_path):
    photo = cv2.imread(str(files / "photo.png"))
    turn = cv2.getRotationMatrix2D((260, 182), -30, 0.8)  # clockwise, as OpenCV's angles are not
    cv2.imwrite(str(tmp_path / "turned.png"), cv2.warpAffine(photo, turn, (600, 400), borderMode=cv2.BORDER_REFLECT))
    ranges = ("--scales", "0.6:1.2", "--angles", "-45:45")
    ran = run(files / "part.png", tmp_path / "turned.png", *ranges, "--json", "--map", tmp_path / "map.png")
    assert ran.code == 0, ran.err
    (place,) = ran.document["placements"]
    assert place["scale"] == pytest.approx(0.8, rel=0.02)
    assert place["angle"] == pytest.approx(30, abs=1)
    x, y, width, height = place["box"]
    np.testing.assert_allclose([x + width / 2, y + height / 2, width, height], [260.5, 182.5, 64, 51.2], atol=1.5)
    assert cv2.imread(str(tmp_path / "map.png")).shape == (400, 600, 3)
    ran = run(files / "absent.png", tmp_path / "turned.png", *ranges)
    assert (ran.code, ran.out) == (1, b"")


def test_several_templates_are_told_apart(run, files):
    ran = run(files / "part.png", files / "photo.png", "--also", files / "absent.png", "--least", 0, "--json")
    templates = [place["template"] for place in ran.document["placements"]]
    assert [name.rpartition("/")[2] for name in templates] == ["part.png", "absent.png"]


def test_what_is_transparent_does_not_count(run, files, tmp_path):
    spoilt, mask = cv2.imread(str(files / "spoilt.png")), cv2.imread(str(files / "mask.png"), cv2.IMREAD_GRAYSCALE)
    cv2.imwrite(str(tmp_path / "clear.png"), np.dstack([spoilt, mask]))
    (place,) = run(tmp_path / "clear.png", files / "photo.png", "--json").document["placements"]
    assert place["score"] > 0.99
    np.testing.assert_allclose(place["box"], [220, 150, 80, 64], atol=0.6)
    cv2.imwrite(str(tmp_path / "nothing.png"), np.dstack([spoilt, 0 * mask]))
    ran = run(tmp_path / "nothing.png", files / "photo.png")
    assert (ran.code, ran.out) == (2, b"")
    assert "no pixel of the template is left" in ran.err


def test_a_mask_takes_away_what_is_spoilt(run, files):
    spoilt = run(files / "spoilt.png", files / "photo.png", "--least", 0, "--json").document["placements"][0]
    ran = run(files / "spoilt.png", files / "photo.png", "--mask", files / "mask.png", "--json")
    place = ran.document["placements"][0]
    assert place["score"] > 0.99 > spoilt["score"]
    np.testing.assert_allclose(place["box"], [220, 150, 80, 64], atol=0.6)


def test_a_map_shows_the_place_and_is_written_beside_the_answer(run, files, tmp_path):
    ran = run(files / "part.png", files / "photo.png", "--map", tmp_path / "map.png")
    assert ran.code == 0, ran.err
    assert len(ran.out.splitlines()) == 1
    drawn = cv2.imread(str(tmp_path / "map.png"))
    assert drawn.shape == (400, 600, 3)
    warm = drawn[182, 260].astype(int)  # the middle of the place: red above blue
    assert warm[2] > warm[0]


def test_a_map_frames_the_places_that_are_told_and_no_others(run, files, tmp_path):
    maps = []
    for words in ((), ("-k", 3)):
        ran = run(files / "part.png", files / "photo.png", "--map", tmp_path / "map.png", *words)
        assert len(ran.out.splitlines()) == 1
        maps.append(cv2.imread(str(tmp_path / "map.png")))
    np.testing.assert_array_equal(*maps)
    absent = run(files / "absent.png", files / "photo.png", "--map", tmp_path / "map.png")
    assert (absent.code, absent.out) == (1, b"")
    assert (cv2.imread(str(tmp_path / "map.png")) == 255).all(axis=2).sum() < 50  # px of a white frame


def test_where_no_shift_stands_out_it_is_said_in_place_of_a_way_that_would_be_refused(run, files):
    ran = run(files / "photo.png", files / "absent.png", "--engine", "phase")
    assert "no shift stands out" in ran.err
    assert "--engine exact" not in ran.err
    assert (ran.code, ran.out) == (1, b"")
    ran = run(files / "photo.png", files / "absent.png", "--engine", "phase", "--least", 0)
    assert (ran.code, len(ran.out.splitlines())) == (0, 1)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("photo.png", "part.png"), "must not be larger"),
        (("part.png", "photo.png", "--method", "ccoef"), "--method takes one of sqdiff, "),
        (("part.png", "photo.png", "--engine", "phase", "--method", "ccorr"), "leave out --method and --colour"),
        (("part.png", "photo.png", "--angles", "0:90", "--colour"), "leave out --method and --colour"),
        (("part.png", "photo.png", "--engine", "fst"), "did you mean 'fast'"),
        (("part.png", "photo.png", "--mask", "photo.png"), "must agree"),
        (("part.png", "nowhere.png"), "is not a file"),
        (("part.png", "photo.png", "--scales", "2"), "two numbers, FROM:TO"),
        (("part.png", "photo.png", "--scales", "2:0.5"), "from small to large"),
        (("part.png", "photo.png", "--angles", "a:b"), "two numbers, FROM:TO"),
        (("part.png", "photo.png", "--angles", "0:90", "--engine", "exact"), "leave --engine out"),
        (("part.png", "photo.png", "--scales", "9:9"), "allow smaller ones"),
        (("part.png", "photo.png", "--also", "absent.png", "--map", "map.png"), "a map of one template"),
        (("part.png", "photo.png", "--least", "nan"), "takes a number"),
    ],
)
def test_what_cannot_be_done_is_refused_with_what_to_do(run, files, words, message):
    named = [files / word if word.endswith(".png") else word for word in words]
    ran = run(*named)
    assert ran.code == 2
    assert message in ran.err
    assert ran.out == b""


def test_a_flat_template_is_said_to_show_too_little_to_be_turned(run, files, tmp_path):
    cv2.imwrite(str(tmp_path / "flat.png"), np.full((30, 40, 3), 90, np.uint8))
    ran = run(tmp_path / "flat.png", files / "photo.png", "--angles", "-9:9", "--map", tmp_path / "map.png")
    assert (ran.code, ran.out) == (1, b"")
    assert "the template is flat" in ran.err
    assert (tmp_path / "map.png").exists()


@pytest.fixture(scope="module")
def library(files, tmp_path_factory):
    """Of the photo, and of another one."""
    folder = tmp_path_factory.mktemp("library")
    pictures = tmp_path_factory.mktemp("pictures")
    (pictures / "photo.png").write_bytes((files / "photo.png").read_bytes())
    cv2.imwrite(str(pictures / "cat.png"), skimage.data.chelsea()[:, :, ::-1])
    command = [sys.executable, "-m", "lookalike", "--library", folder, "index", pictures, "--describer", "phash"]
    subprocess.run([*map(str, command), "--no-local", "--quiet"], check=True, capture_output=True)
    return folder


def test_a_part_is_found_in_the_library(run, files, library):
    ran = run(files / "part.png", "-l", "--library", library, "--json")
    assert ran.code == 0, ran.err
    found = ran.document
    assert (found["schema"], found["searched"], found["unsearched"]) == ("lookalike/locate/1", 2, 0)
    (place,) = found["placements"]
    assert place["path"].endswith("pictures0/photo.png")
    np.testing.assert_allclose(place["box"], [220, 150, 80, 64], atol=0.6)
    assert (place["scale"], place["angle"]) == (1.0, 0.0)
    ran = run(files / "part.png", "-l", "--library", library)
    assert len(ran.out.splitlines()) == 1
    assert "photo.png  at 220.0, 150.0  80 x 64" in ran.out.decode()


def test_where_there_is_nothing_to_look_in_that_is_said(run, files, library):
    ran = run(files / "part.png", "-l", "--library", library, "--where", "width > 99999")
    assert ran.code == 1
    assert "no picture to look in" in ran.err
    assert "--scales" not in ran.err


def test_what_the_library_does_not_hold_is_not_found(run, files, library):
    ran = run(files / "absent.png", "-l", "--library", library)
    assert (ran.code, ran.out) == (1, b"")
    assert "no picture holds it so that its detail agrees" in ran.err
    assert "no picture holds it at 0.9" in run(files / "absent.png", "-l", "--library", library, "--least", 0.9).err
    assert run(files / "absent.png", "-l", "--library", library, "--quiet").err == ""


@pytest.mark.parametrize("words", [(), ("--engine", "exact"), ("--engine", "fast"), ("--colour",)])
def test_what_fits_but_badly_is_found_in_the_library_by_its_detail_or_a_low_score(run, files, library, words, tmp_path):
    """Whatever the engine; in colour the noise of three channels is no less."""
    part = cv2.imread(str(files / "part.png")).astype(float)
    part += np.random.default_rng(0).normal(0, 50, part.shape)
    cv2.imwrite(str(tmp_path / "noisy.png"), np.clip(part, 0, 255))
    for least, code in (((), 1 if words == ("--colour",) else 0), (("--least", 0.9), 1), (("--least", 0.6), 0)):
        ran = run(tmp_path / "noisy.png", "-l", "--library", library, *words, *least, "--json")
        assert ran.code == code, ran.err
        for place in ran.document["placements"]:
            assert place["path"].endswith("photo.png")
            assert 0.65 < place["score"] < 0.9


def test_the_size_that_was_found_in_the_library_is_told(run, files, library, tmp_path):
    part = cv2.imread(str(files / "part.png"))
    cv2.imwrite(str(tmp_path / "large.png"), cv2.resize(part, None, fx=1.25, fy=1.25, interpolation=cv2.INTER_CUBIC))
    ran = run(tmp_path / "large.png", "-l", "--library", library, "--scales", "0.8:1")
    assert "photo.png" in ran.out.decode()
    assert "scale 0.8" in ran.out.decode()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("part.png", "photo.png", "-l"), "no IMAGE"),
        (("part.png", "-l", "--map", "map.png"), "no --map"),
        (("part.png", "-l", "--angles", "-9:9"), "lookalike search TEMPLATE"),
        (("part.png", "-l", "--engine", "phase"), "--engine fast or exact"),
        (("part.png", "-l", "--engine", "poses"), "--engine fast or exact"),
        (("part.png", "-l", "--scales", "1:inf"), "from 0.05 to 20"),
        (("part.png",), "-l for the whole library"),
        (("part.png", "photo.png", "--where", "width > 3"), "with --where"),
        (("part.png", "-l", "--where", "width"), "does not parse"),
        (("part.png", "-l", "--library", "nowhere"), "there is no library"),
    ],
)
def test_the_whole_library_or_one_picture(run, files, library, words, message):
    named = [files / word if word.endswith(".png") else word for word in words]
    ran = run(*named, *(() if "--library" in words else ("--library", library)))
    assert (ran.code, ran.out) == (2, b"")
    assert message in ran.err

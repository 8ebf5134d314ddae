"""`lookalike calibrate` and what search and dupes make of it, on tiles of real photos."""

import json
import shutil
import subprocess
import sys

import cv2
import numpy as np
import pytest
import skimage.data


@pytest.fixture(scope="module")
def tiles(tmp_path_factory):
    """A folder for each photo with its tiles."""
    root = tmp_path_factory.mktemp("tiles")
    for name in ("astronaut", "coffee", "chelsea", "rocket", "retina"):
        photo = cv2.resize(getattr(skimage.data, name)(), (640, 480), interpolation=cv2.INTER_AREA)[:, :, ::-1]
        (root / name).mkdir()
        for row in range(3):
            for column in range(4):
                part = photo[160 * row : 160 * row + 160, 160 * column : 160 * column + 160]
                cv2.imwrite(str(root / name / f"{row}{column}.png"), np.ascontiguousarray(part))
    return root


def started(library, *words):
    command = [sys.executable, "-m", "lookalike", "--library", str(library), *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def indexed(tiles, tmp_path_factory):
    library = tmp_path_factory.mktemp("library") / "library"
    ran = started(library, "index", tiles, "--describer", "histogram", "--describer", "thumbnail", "--workers", 1)
    assert ran.returncode == 0, ran.stderr
    return library


@pytest.fixture
def library(indexed, tmp_path):
    shutil.copytree(indexed, tmp_path / "library")
    return tmp_path / "library"


@pytest.fixture(scope="module")
def calibrated(indexed, tmp_path_factory):
    """The library after `calibrate`, only read from here on; and what that told."""
    library = tmp_path_factory.mktemp("calibrated") / "library"
    shutil.copytree(indexed, library)
    ran = started(library, "calibrate", "--originals", 8, "--json")
    assert ran.returncode == 0, ran.stderr
    return library, json.loads(ran.stdout)


@pytest.fixture(scope="module")
def copy(tiles, tmp_path_factory):
    """A tile, smaller and as JPEG."""
    file = tmp_path_factory.mktemp("copies") / "copy.jpg"
    tile = cv2.imread(str(tiles / "coffee" / "11.png"))
    cv2.imwrite(str(file), cv2.resize(tile, (100, 100), interpolation=cv2.INTER_AREA))
    return file


@pytest.fixture
def run(here):
    return lambda library, *words: here("--library", library, *map(str, words))


@pytest.fixture
def searched(run):
    def found(library, *words):
        ran = run(library, "search", *words, "--json")
        assert ran.code == 0, ran.err
        return ran.document

    return found


def test_a_probability_is_absent_before_and_there_after_calibrating(run, searched, indexed, calibrated, copy):
    before = searched(indexed, copy)
    assert before["query"]["probability_of"] is None
    assert {hit["probability"] for hit in before["hits"]} == {None}
    library, found = calibrated
    assert found["schema"] == "lookalike/calibrate/1"
    assert (found["claim"], found["pictures"]) == ("copy", 60)
    assert found["questions"] == (8 + 4) * 19
    assert 0 <= found["calibration_error"] < 0.1
    after = searched(library, copy)
    assert after["query"]["probability_of"] == "copy"
    stated = [hit["probability"] for hit in after["hits"]]
    assert after["hits"][0]["path"].endswith("coffee/11.png")
    assert stated[0] > 0.8
    assert stated == sorted(stated, reverse=True)
    assert stated[-1] < 0.1
    assert "%" in run(library, "search", copy).out.decode()
    # By looks alone the score is another one, which is known as well; of another number of proofs nothing is.
    by_looks = searched(library, copy, "--verify", 0)["hits"]
    assert by_looks[0]["probability"] > 0.5
    assert by_looks[0]["score"] < after["hits"][0]["score"]
    assert {hit["probability"] for hit in searched(library, copy, "--verify", 7)["hits"]} == {None}
    # Other weights make another score, of which nothing is known.
    assert {hit["probability"] for hit in searched(library, copy, "--by", "thumbnail")["hits"]} == {None}
    # Of several views the best counts: its score is not that of one question.
    assert {hit["probability"] for hit in searched(library, copy, copy)["hits"]} == {None}


def test_a_precision_leaves_out_what_scores_too_low(run, searched, indexed, calibrated, copy):
    refused = run(indexed, "search", copy, "--precision", 0.9)
    assert refused.code == 2
    assert "lookalike calibrate" in refused.err
    assert run(indexed, "dupes", "--precision", 0.9).code == 2
    library, _ = calibrated
    assert [hit["path"][-9:] for hit in searched(library, copy, "--precision", 0.9)["hits"]] == ["ee/11.png"]
    for wrong in (0, 1, 7):
        assert run(library, "search", copy, "--precision", wrong).code == 2
    hopeless = run(library, "search", copy, "--precision", 0.99999)
    assert hopeless.code == 2
    assert "--originals" in hopeless.err


def test_dupes_groups_what_scores_high_together(run, calibrated, tiles, copy, tmp_path):
    library = shutil.copytree(calibrated[0], tmp_path / "library")
    folder = tmp_path / "copies"
    folder.mkdir()
    for at in range(6):
        shutil.copy(tiles / "coffee" / "11.png", folder / f"same{at}.png")
        shutil.copy(copy, folder / f"copy{at}.jpg")
    for name in ("00", "21", "13"):
        tile = cv2.imread(str(tiles / "astronaut" / f"{name}.png"))
        cv2.imwrite(str(folder / f"{name}.jpg"), tile)
    assert run(library, "index", folder, "--workers", 1).code == 0
    ran = run(library, "dupes", "--precision", 0.6, "--json")
    assert ran.code == 0, ran.err
    groups = ran.document["groups"]
    largest = {member["path"].rpartition("/")[2] for member in groups[0]["members"]}
    assert {"11.png", "same0.png", "copy0.jpg"} <= largest
    assert groups[0]["relation"] == "similar"
    assert 0.5 < groups[0]["weakest"] <= 1


def test_labels_make_it_the_probability_of_a_class(run, searched, library, tiles, copy):
    ran = run(library, "calibrate", "--labels", tiles, "--json")
    assert ran.code == 0, ran.err
    assert (ran.document["claim"], ran.document["questions"]) == ("class", 60)
    assert searched(library, copy)["query"]["probability_of"] == "class"
    refused = run(library, "calibrate", "--labels", tiles / "coffee")
    assert refused.code == 2
    assert "a folder for each class" in refused.err
    assert run(library, "dupes", "--precision", 0.9).code == 2


def test_a_library_that_is_too_small_is_refused(run, tiles, tmp_path):
    assert run(tmp_path / "library", "index", tiles / "coffee" / "00.png", "--describer", "histogram").code == 0
    ran = run(tmp_path / "library", "calibrate")
    assert ran.code == 2
    assert "edited copies need 6 different pictures" in ran.err

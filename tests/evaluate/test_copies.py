"""Edited copies of real photos as questions: what is right, what is junk, and what a second run need not do."""

import os
from pathlib import Path

import cv2
import numpy as np
import pytest
import skimage.data

from lookalike.describe import DESCRIBERS
from lookalike.evaluate.copies import copies_task
from lookalike.evaluate.ruler import evaluate_copies, named
from lookalike.search.described import describe_folder
from lookalike.search.ingest.options import Options, Progress

EDITS = ("jpeg", "flip", "collage")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Eight photos, one of them twice in other bytes, one twice in the same."""
    root = tmp_path_factory.mktemp("photos")
    names = ("astronaut", "coffee", "chelsea", "rocket", "camera", "brick", "grass", "gravel")
    for name in names:
        photo = getattr(skimage.data, name)()
        colour = photo[:, :, ::-1] if photo.ndim == 3 else photo
        cv2.imwrite(str(root / f"{name}.png"), np.ascontiguousarray(colour))
    cv2.imwrite(str(root / "coffee twin.jpg"), skimage.data.coffee()[:, :, ::-1])
    (root / "rocket again.png").write_bytes((root / "rocket.png").read_bytes())
    return root


def made(folder, cache, names=("thumbnail", "dhash"), **options):
    describers = [DESCRIBERS.make(name) for name in names]
    described = describe_folder(str(folder), [DESCRIBERS.make("thumbnail"), *describers], cache, Options(workers=1))
    given = Options(workers=1, **options)
    return copies_task(
        os.path.realpath(folder), described, describers, cache / "copies", given, edits=EDITS, originals=8, seed=3
    )


def test_each_copy_asks_for_its_original_and_copies_of_the_absent_for_nothing(folder, tmp_path):
    task, rows, copied = made(folder, tmp_path)
    assert len(task.pictures) == 9 + len(task.queries)
    assert len(task.base) == 7
    assert task.left_out == {"the same bytes again": 1}
    assert task.kinds == EDITS * (len(task.queries) // 3)
    for at, query in enumerate(task.queries):
        original = task.pictures[query].rpartition(" (")[0]
        place = task.pictures.index(original)
        assert task.relevant[at].tolist() == ([place] if place in task.base else [])
        twins = {Path(task.pictures[twin]).name for twin in task.junk[at]}
        assert twins == {"coffee.png": {"coffee twin.jpg"}, "coffee twin.jpg": {"coffee.png"}}.get(
            Path(original).name, set()
        )
    assert set(copied) == {task.pictures[query] for query in task.queries}
    for found in rows.values():
        assert len(found) == len(task.pictures)
    thumbnails = rows["thumbnail"]
    jpegs = [at for at, kind in enumerate(task.kinds) if kind == "jpeg" and len(task.relevant[at])]
    for at in jpegs:
        assert thumbnails[task.queries[at]] @ thumbnails[task.relevant[at][0]] > 0.99


def test_what_was_stopped_goes_on_where_it_was(folder, tmp_path):
    done: list[Progress] = []
    assert made(folder, tmp_path, on_commit=done.append, should_stop=lambda: len(done) >= 3) is None
    stopped = len(list((tmp_path / "copies").iterdir()))
    assert stopped >= 3
    more: list[Progress] = []
    task, _, _ = made(folder, tmp_path, on_commit=more.append)
    assert more[-1].total == len(task.queries) // 3 - stopped
    again: list[Progress] = []
    made(folder, tmp_path, on_commit=again.append)
    assert again == []


def test_a_damaged_file_of_the_cache_is_made_again(folder, tmp_path):
    _, before, _ = made(folder, tmp_path)
    victim = next((tmp_path / "copies").iterdir())
    victim.write_bytes(victim.read_bytes()[:100])
    _, after, _ = made(folder, tmp_path)
    np.testing.assert_array_equal(before["dhash"], after["dhash"])


def test_settings_of_one_describer_are_methods_of_their_own(folder, tmp_path):
    words = ["thumbnail:size=4", "pca:components=2:size=8", "pca:components=3:of=hog"]
    rng = np.random.default_rng(0)
    found = evaluate_copies(folder, named(words), tmp_path, Options(workers=1), rng, edits=EDITS)
    figures = {row.method: (row.metrics["ap"].value, row.bytes_per_image) for row in found.rows}
    assert set(figures) == {"thumbnail", *words[1:]}
    assert len(set(figures.values())) == 3
    alone = evaluate_copies(
        folder, named(words[1:2]), tmp_path, Options(workers=1), np.random.default_rng(0), edits=EDITS
    )
    assert (alone.rows[0].method, alone.rows[0].metrics["ap"].value) == ("pca", figures[words[1]][0])


def test_the_table_of_copies_has_the_measures_of_one_threshold_and_each_edit(folder, tmp_path):
    rng = np.random.default_rng(0)
    found = evaluate_copies(folder, named(["dhash", "thumbnail"]), tmp_path, Options(workers=1), rng, edits=EDITS)
    assert found.recommendation is not None
    for row in found.rows:
        assert set(row.metrics) == {"p@1", "recall@10", "ap", "micro-ap", "recall@p90", "recall@p99"}
        assert list(row.by_kind) == list(EDITS)
        assert row.by_kind["jpeg"].value == 1
        assert row.by_kind["flip"].value < 1
        assert row.curve is not None
        assert row.curve.recall[-1] <= 1
    assert found.rows[0].metrics["micro-ap"].value >= found.rows[1].metrics["micro-ap"].value

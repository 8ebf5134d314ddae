"""Every layout on small made data of its form: what asks, what is right, and what is said of what is missing."""

import hashlib
import pickle
from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from lookalike.datasets import DATASETS, recognise
from lookalike.datasets.reader import Files
from lookalike.errors import BadQuery


def made(root, files, content=None):
    """Writes `files` (texts for tables, else a picture's stand-in) and gives them with their digests."""
    digests = {}
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if text is None:
            data = (content or {}).get(name, name).encode()
            path.write_bytes(data)
            digests[str(path)] = hashlib.sha256(data).hexdigest()
        elif isinstance(text, bytes):
            path.write_bytes(text)
        else:
            path.write_text(text)
    return Files(str(root), digests)


def pictures(*names):
    return dict.fromkeys(names)


def answers(task):
    """Name of each query -> names of what is right."""
    return {
        Path(task.pictures[query]).name: [Path(task.pictures[at]).name for at in right]
        for query, right in zip(task.queries, task.relevant, strict=True)
    }


def read(root, files, layout):
    reader = recognise(root)
    assert reader.name == layout
    return reader.tasks(files)


def test_splits_ask_from_one_to_the_other_and_classes_are_one_in_both(tmp_path):
    names = (
        "train/cat/a.png",
        "train/cat/b.png",
        "train/dog/d.png",
        "test/cat/c.png",
        "test/bird/e.png",
        "notes/x.png",
    )
    tasks = read(tmp_path, made(tmp_path, pictures(*names)), "splits")
    assert answers(tasks["split"]) == {"c.png": ["a.png", "b.png"]}
    assert tasks["split"].left_out == {"in none of the splits": 1, "queries of a class that the base lacks": 1}
    assert answers(tasks["folder"])["c.png"] == ["a.png", "b.png"]


def test_what_is_in_the_base_and_asked_too_is_taken_out_of_the_base(tmp_path):
    names = ("train/cat/a.png", "train/cat/b.png", "train/dog/d.png", "test/cat/c.png")
    files = made(tmp_path, pictures(*names), {"test/cat/c.png": "train/cat/a.png"})
    task = read(tmp_path, files, "splits")["split"]
    assert answers(task) == {"c.png": ["b.png"]}
    assert task.left_out == {"in the base the same bytes as a query": 1}


GROCERY = (
    "Class Name (str),Class ID (int),Coarse Class Name (str),Coarse Class ID (int),Iconic Image Path (str),x\n"
    "Gala,0,Apple,0,/iconic-images-and-descriptions/Gala.jpg,\n"
    "Smith,1,Apple,0,/iconic-images-and-descriptions/Smith.jpg,\n"
    "Anjou,2,Pear,1,/iconic-images-and-descriptions/Anjou.jpg,\n"
)


def test_grocery_has_fine_and_coarse_classes_and_a_catalogue(tmp_path):
    names = [
        f"{split}/Fruit/{kind}/{kind}_{split}.jpg" for split in ("train", "test") for kind in ("Gala", "Smith", "Anjou")
    ]
    files = {
        **pictures(*names, "iconic-images-and-descriptions/Gala.jpg", "val/Fruit/Plum/p.jpg"),
        "classes.csv": GROCERY,
    }
    tasks = read(tmp_path, made(tmp_path, files), "grocery")
    assert answers(tasks["fine"])["Gala_test.jpg"] == ["Gala_train.jpg"]
    assert answers(tasks["coarse"])["Gala_test.jpg"] == ["Smith_test.jpg", "Gala_train.jpg", "Smith_train.jpg"]
    assert answers(tasks["split"]) == {f"{kind}_test.jpg": [f"{kind}_train.jpg"] for kind in ("Anjou", "Gala", "Smith")}
    assert answers(tasks["catalogue"]) == {"Gala.jpg": ["Gala_test.jpg", "Gala_train.jpg"]}
    assert tasks["fine"].left_out == {"of a class that classes.csv does not name": 1}
    assert tasks["catalogue"].left_out["named by the ground truth, but not there or not readable"] == 2


def test_objects_on_a_turntable_ask_for_their_other_views(tmp_path):
    files = made(tmp_path, pictures("obj1__0.png", "obj1__5.png", "obj11__0.png", "obj11__1.png"))
    assert answers(read(tmp_path, files, "coil")["groups"])["obj11__0.png"] == ["obj11__1.png"]


def test_ukbench_goes_by_fours(tmp_path):
    files = made(tmp_path, pictures(*(f"full/ukbench{at:05}.jpg" for at in range(4, 12))))
    found = answers(read(tmp_path, files, "ukbench")["groups"])
    assert found["ukbench00005.jpg"] == ["ukbench00004.jpg", "ukbench00006.jpg", "ukbench00007.jpg"]
    assert found["ukbench00008.jpg"] == ["ukbench00009.jpg", "ukbench00010.jpg", "ukbench00011.jpg"]


def test_holidays_ask_with_the_first_of_each_scene(tmp_path):
    files = made(
        tmp_path, pictures("jpg/100000.jpg", "jpg/100001.jpg", "jpg/100002.jpg", "jpg/100100.jpg", "jpg/100101.jpg")
    )
    found = answers(read(tmp_path, files, "holidays")["groups"])
    assert found == {"100000.jpg": ["100001.jpg", "100002.jpg"], "100100.jpg": ["100101.jpg"]}


def test_edited_versions_are_those_that_go_on_after_an_underscore(tmp_path):
    names = ("base/a.jpg", "mixed/a_flip.jpg", "mixed/a_flip_small.jpg", "base/b.jpg", "mixed/b_x.jpg", "base/c.jpg")
    task = read(tmp_path, made(tmp_path, pictures(*names)), "variants")["groups"]
    assert answers(task)["a.jpg"] == ["a_flip.jpg", "a_flip_small.jpg"]
    assert task.left_out == {"alone in its class, so not asked": 1}


def test_copydays_ask_for_originals_and_say_what_was_done(tmp_path):
    names = (
        "original/200000.jpg",
        "original/200100.jpg",
        "crops/50/200000.jpg",
        "strong/200001.jpg",
        "strong/200901.jpg",
    )
    task = read(tmp_path, made(tmp_path, pictures(*names)), "copydays")["copies"]
    assert answers(task) == {"200000.jpg": ["200000.jpg"], "200001.jpg": ["200000.jpg"]}
    assert task.kinds == ("crops/50", "strong")
    assert task.left_out == {"copies without their picture": 1}


def test_disc_keeps_queries_that_have_no_answer(tmp_path):
    names = (
        "references/R000001.jpg",
        "references/R000002.jpg",
        "queries/Q00001.jpg",
        "queries/Q00002.jpg",
        "Q00003.jpg",
    )
    truth = "query_id,reference_id\nQ00001,R000002\nQ00002,\nQ00003,R000009\nQ00004,R000001\n"
    tasks = read(tmp_path, made(tmp_path, {**pictures(*names), "dev_ground_truth.csv": truth}), "disc")
    task = tasks["dev_ground_truth"]
    assert answers(task) == {"Q00001.jpg": ["R000002.jpg"], "Q00002.jpg": []}
    assert task.answered.tolist() == [True, False]
    assert task.left_out == {"copies without their picture": 2}
    (tmp_path / "dev_ground_truth.csv").write_text("Q00001,R000001\nfrog,R000001\n")
    with pytest.raises(BadQuery, match="frog"):
        DATASETS.make("disc").tasks(made(tmp_path, pictures(*names)))


def test_cub_measures_on_the_classes_after_the_hundredth(tmp_path):
    names = [f"images/{label:03}.Bird/{at}.jpg" for label in (1, 2, 101, 102) for at in range(2)]
    tables = {
        "images.txt": "".join(f"{at} {name.removeprefix('images/')}\n" for at, name in enumerate(names, 1)),
        "image_class_labels.txt": "".join(f"{at} {int(name[7:10])}\n" for at, name in enumerate(names, 1)),
    }
    content = {name: name for name in names}
    tasks = read(tmp_path, made(tmp_path, {**pictures(*names), **tables}, content), "cub")
    assert (len(tasks["new"].queries), len(tasks["all"].queries)) == (4, 8)
    (tmp_path / "image_class_labels.txt").write_text("1 1\n")
    with pytest.raises(BadQuery, match=r"8 pictures, image_class_labels\.txt 1"):
        recognise(tmp_path).tasks(made(tmp_path, pictures(*names)))


def test_cars_are_read_from_their_table(tmp_path):
    names = [f"car_ims/{at:06}.jpg" for at in range(8)]
    rows = np.array(
        [(name, label) for name, label in zip(names, (1, 1, 2, 2, 99, 99, 100, 100), strict=True)],
        dtype=[("relative_im_path", object), ("class", object)],
    )
    files = made(tmp_path, pictures(*names))
    savemat(tmp_path / "cars_annos.mat", {"annotations": rows})
    tasks = read(tmp_path, files, "cars")
    assert (len(tasks["new"].queries), len(tasks["all"].queries)) == (4, 8)
    (tmp_path / "cars_annos.mat").write_bytes(b"no table")
    with pytest.raises(BadQuery, match="no table of Stanford Cars"):
        recognise(tmp_path).tasks(files)


def test_products_are_read_from_the_table_of_each_split(tmp_path):
    names = [f"chair_final/{at}.JPG" for at in range(5)]
    head = "image_id class_id super_class_id path\n"
    rows = "".join(f"{at} {at // 2} 1 {name}\n" for at, name in enumerate(names))
    files = made(tmp_path, {**pictures(*names[:4]), "Ebay_test.txt": head + rows})
    task = read(tmp_path, files, "products")["test"]
    assert answers(task)["2.JPG"] == ["3.JPG"]
    assert task.left_out == {"named by the ground truth, but not there or not readable": 1}
    (tmp_path / "Ebay_test.txt").write_text("path\nx\n")
    with pytest.raises(BadQuery, match="image_id class_id"):
        recognise(tmp_path).tasks(files)


def landmarks(**more):
    truth = {
        "imlist": ["easy", "hard", "junk", "other", "gone"],
        "qimlist": ["query", "lost"],
        "gnd": [
            {"easy": np.array([0]), "hard": [1, 4], "junk": [2], "bbx": [1.0, 2.0, 3.0, 4.0]},
            {"easy": [3], "hard": [], "junk": [], "bbx": [0, 0, 1, 1]},
        ],
    }
    return pickle.dumps({**truth, **more})


def test_landmarks_have_easy_hard_and_unclear_answers(tmp_path):
    names = [f"jpg/{name}.jpg" for name in ("easy", "hard", "junk", "other", "query")]
    tasks = read(tmp_path, made(tmp_path, {**pictures(*names), "gnd_roxford5k.pkl": landmarks()}), "landmarks")
    assert answers(tasks["easy"]) == {"query.jpg": ["easy.jpg"]}
    assert answers(tasks["medium"]) == {"query.jpg": ["easy.jpg", "hard.jpg"]}
    assert answers(tasks["hard"]) == {"query.jpg": ["hard.jpg"]}
    of_level = {level: [tasks[level].pictures[at][-8:] for at in tasks[level].junk[0]] for level in tasks}
    assert of_level == {"medium": ["junk.jpg"], "hard": ["easy.jpg", "junk.jpg"], "easy": ["hard.jpg", "junk.jpg"]}
    assert tasks["hard"].left_out["queries that are not there or have no answer"] == 1
    assert tasks["hard"].left_out["named by the ground truth, but not there or not readable"] == 1


class Harm:
    def __reduce__(self):
        return print, ("harm",)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (pickle.dumps(Harm()), r"builtins\.print"),
        (landmarks(gnd=[]), "2 queries, and answers to 0"),
        (pickle.dumps([1]), "must hold imlist"),
        (landmarks()[:40], "cannot read"),
    ],
)
def test_a_ground_truth_that_runs_code_or_makes_no_sense_is_refused(tmp_path, capsys, data, message):
    files = made(tmp_path, {**pictures("jpg/query.jpg"), "gnd_x.pkl": data})
    with pytest.raises(BadQuery, match=message):
        recognise(tmp_path).tasks(files)
    assert capsys.readouterr().out == ""


HOMOGRAPHY = "2 0 4\n0 2 6\n0 0 2\n"


@pytest.mark.parametrize(
    ("names", "matrices"),
    [
        (("img1.png", "img2.png"), ("H1to2p", "H1to3p")),
        (("v_x/1.ppm", "v_x/2.ppm", "i_y/1.ppm", "i_y/2.ppm"), ("v_x/H_1_2", "i_y/H_1_2", "i_y/H_1_3")),
    ],
)
def test_planes_come_with_their_homographies(tmp_path, names, matrices):
    files = made(tmp_path, {**pictures(*names), **dict.fromkeys(matrices, HOMOGRAPHY)})
    task = read(tmp_path, files, "planes")["pairs"]
    assert len(task.pairs) == len(names) / 2
    assert task.left_out == {"pairs without a picture": 1}
    for pair in task.pairs:
        np.testing.assert_allclose(pair.homography, [[1, 0, 2], [0, 1, 3], [0, 0, 1]])
        assert Path(pair.a).stem[-1] == "1"
        assert Path(pair.b).stem[-1] == "2"
    asked = task.retrieval()
    assert [len(right) for right in asked.relevant] == [1] * len(task.pairs)
    assert len(asked.base) == len(task.pairs)


@pytest.mark.parametrize("text", ["1 2 3\n4 5 6\n", "1 0 0\n0 0 0\n0 0 1\n", "a b c\n", "nan 0 0\n0 1 0\n0 0 1\n"])
def test_what_is_no_homography_is_refused(tmp_path, text):
    files = made(tmp_path, {**pictures("1.ppm", "2.ppm"), "H_1_2": text})
    with pytest.raises(BadQuery, match="H_1_2"):
        recognise(tmp_path).tasks(files)


def test_marked_points_come_with_their_pairs(tmp_path):
    names = ("hard/one/01.png", "hard/one/02.png", "hard/two/01.png")
    marks = dict.fromkeys(("hard/one/corrs.txt", "hard/two/corrs.txt"), "1 2 3 4\n5 6 7 8\n")
    files = made(tmp_path, {**pictures(*names), **marks})
    (pair,) = read(tmp_path, files, "correspondences")["pairs"].pairs
    assert pair.points.shape == (2, 4)
    assert (Path(pair.a).name, Path(pair.b).name) == ("01.png", "02.png")
    (tmp_path / "hard/one/corrs.txt").write_text("1 2 3\n")
    with pytest.raises(BadQuery, match="four finite numbers"):
        recognise(tmp_path).tasks(files)


def test_captions_ask_for_their_picture(tmp_path):
    text = 'image,caption\na.jpg,"A dog, wet ."\na.jpg,A dog .\nb.jpg,A cat .\nc.jpg,Gone .\n'
    files = made(tmp_path, {**pictures("images/a.jpg", "images/b.jpg"), "captions.csv": text})
    found = read(tmp_path, files, "captions")["captions"]
    assert [(Path(path).name, words) for path, words in found.captions] == [
        ("a.jpg", "A dog, wet ."),
        ("a.jpg", "A dog ."),
        ("b.jpg", "A cat ."),
    ]
    assert found.left_out == {"captions of pictures that are not there or not readable": 1}
    (tmp_path / "captions.csv").write_text("x,y\n1,2\n")
    with pytest.raises(BadQuery, match="image,caption"):
        recognise(tmp_path).tasks(files)


def test_a_plain_folder_is_what_has_no_other_sign(tmp_path):
    files = made(tmp_path, pictures("cat/1.png", "cat/2.png", "dog/3.png"))
    assert list(read(tmp_path, files, "folder")) == ["folder"]
    only = made(tmp_path / "one", pictures("a.png", "b.png"))
    with pytest.raises(BadQuery, match="--distractors"):
        recognise(tmp_path / "one").tasks(only)
    beside = Files(only.root, only.digests, distractors=True)
    assert answers(recognise(tmp_path / "one").tasks(beside)["groups"]) == {"a.png": ["b.png"], "b.png": ["a.png"]}


SHARED = {
    "grocery": ("grocery", {"fine": (533, 533), "coarse": (533, 533), "split": (251, 260), "catalogue": (41, 533)}),
    "coil20": ("coil", {"groups": (500, 500)}),
    "imagededup": ("variants", {"groups": (4, 13)}),
    "hpatches": ("planes", {"pairs": (1, 3)}),
    "oxford_affine": ("planes", {"pairs": (1, 5)}),
    "wxbs": ("correspondences", {"pairs": (11, 11)}),
    "opencv": ("opencv", {"pairs": (3, 3)}),
    "flickr8k": ("captions", {"captions": (2500, 500)}),
    "faces": ("folder", {"folder": (200, 200)}),
    "multiview": ("folder", {"folder": (40, 40)}),
}


@pytest.mark.parametrize("name", SHARED)
def test_sets_that_are_lent_are_read_as_they_lie(shared_data, name):
    layout, expected = SHARED[name]
    root = shared_data / name
    suffixes = {".jpg", ".png", ".ppm", ".pgm"}
    found = [path for path in sorted(root.rglob("*")) if path.suffix in suffixes and "corrupt" not in path.name]
    digests = {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}
    tasks = read(root, Files(str(root), digests), layout)
    sizes = {}
    for task, asked in tasks.items():
        if hasattr(asked, "captions"):
            sizes[task] = (len(asked.captions), len({path for path, _ in asked.captions}))
        else:
            asked = asked.retrieval() if hasattr(asked, "pairs") else asked
            sizes[task] = (len(asked.queries), len(asked.base))
    assert sizes == expected

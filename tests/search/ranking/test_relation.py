"""Edited copies are proved with their exact place, other photos of a scene are not called copies."""

import cv2
import numpy as np
import pytest

from lookalike.match.verify.match_and_verify import Agreement
from lookalike.pixels.augment import EDITS, edit
from lookalike.search.ranking.relation import RelationClassifier, Seen
from lookalike.types import Geometry, Keypoints, LocalFeatures, Matches, Picture

RELATER = RelationClassifier()
LEAST = {"strong": 2, "collage": 3, "crop": 3, "text": 3, "box": 3, "noise": 3}
"""Of four photos, how many must be proved; of the other edits all. Grain of the rocket's sky counts as a colour."""
PROVED = {"collage": ("part",), "crop": ("part", "copy"), "strong": ("part", "copy")}
"""What an edit leaves of a copy; of the other edits a copy."""


def picture(pixels):
    return Picture(np.ascontiguousarray(pixels), pixels.shape[1::-1])


def related(a, b):
    return RELATER.relate(Seen.of(picture(a)), RELATER.extract(picture(a)), Seen.of(picture(b)))


@pytest.fixture(scope="module")
def pixels(photos, photo_files):
    named = {file.stem: photo.pixels for file, photo in zip(photo_files, photos, strict=True)}
    return {name: named[name] for name in ("astronaut", "chelsea", "coffee", "rocket")}


@pytest.mark.parametrize("name", EDITS)
def test_a_copy_is_proved_and_its_transform_is_the_one_that_was_made(pixels, name):
    proved = 0
    for seed, (of, original) in enumerate(pixels.items()):
        made = edit(name, original, seed, pixels["coffee" if of != "coffee" else "astronaut"])
        found = related(made.pixels, original)
        if found is not None and found.relation in PROVED.get(name, ("copy",)):
            proved += 1
            size = [[original.shape[1]], [original.shape[0]], [1]]
            inside = np.array([[0.3, 0.5, 0.7], [0.4, 0.6, 0.5], [1, 1, 1]]) * size
            there = np.linalg.inv(made.transform) @ inside
            back = np.array(found.transform) @ (there / there[2])
            assert abs((back / back[2])[:2] - inside[:2]).max() < 3
    assert proved >= LEAST.get(name, len(pixels))


def test_the_boxes_of_a_crop_are_its_place_in_the_original_and_all_of_itself(pixels):
    original = pixels["astronaut"]
    found = related(original[100:300, 150:400], original)
    assert found.relation == "part"
    assert found.coverage == pytest.approx((1, 250 * 200 / 512**2), abs=0.04)
    assert found.differs == ()
    np.testing.assert_allclose(found.box, (150, 100, 250, 200), atol=1)
    np.testing.assert_allclose(found.query_box, (0, 0, 250, 200), atol=1)
    assert "100 % of the query is" in found.why


def test_a_picture_pasted_into_another_is_found_in_it(pixels):
    page = pixels["coffee"].copy()
    small = pixels["chelsea"][::2, ::2]
    page[40 : 40 + small.shape[0], 200 : 200 + small.shape[1]] = small
    found = related(page, pixels["chelsea"])
    assert found.relation == "part"
    np.testing.assert_allclose(found.query_box, (200, 40, small.shape[1], small.shape[0]), atol=2)


def test_mirrored_and_turned_copies_say_so(pixels):
    original = pixels["astronaut"]
    assert "mirrored" in related(original[:, ::-1], original).why
    assert "turned by 90 degrees clockwise" in related(np.rot90(original), original).why
    assert "turned by 90 degrees counterclockwise" in related(np.rot90(original, 3), original).why


def test_other_pictures_and_empty_ones_are_not_related(pixels):
    names = list(pixels)
    for at, name in enumerate(names):
        assert related(pixels[name], pixels[names[at - 1]]) is None
    flat, noise = (
        np.full((300, 400, 3), 128, np.uint8),
        np.random.default_rng(0).integers(0, 256, (300, 400, 3), np.uint8),
    )
    thin = np.zeros((2, 900, 3), np.uint8)
    for other in (flat, noise, thin):
        assert related(pixels["coffee"], other) is None
        assert related(other, pixels["coffee"]) is None


def test_views_of_a_plane_and_of_a_scene_are_no_copies(shared_data):
    from lookalike.pixels.decode import decode
    from lookalike.pixels.limits import Limits

    for folder in ("oxford_affine/graf", "hpatches/v_dogman", "sacre_coeur/mapping"):
        files = [file for file in sorted((shared_data / folder).iterdir()) if file.suffix in (".png", ".ppm", ".jpg")]
        views = [decode(file.read_bytes(), min_side=RELATER.min_side, limits=Limits()).picture for file in files[:8]]
        features = [RELATER.extract(view) for view in views]
        relations = [
            found.relation if (found := RELATER.relate(Seen.of(views[a]), features[a], Seen.of(views[b]))) else None
            for a in range(len(views))
            for b in range(a)
        ]
        assert "copy" not in relations
        assert {"scene", "similar"} & set(relations)  # of a landmark few places agree
        assert ("scene" in relations) or folder.startswith("sacre")


def test_a_covered_quarter_leaves_a_copy_one_and_more_leaves_a_part(pixels):
    original = pixels["coffee"]
    for rows, relation in ((100, "copy"), (180, "part")):
        covered = original.copy()
        covered[:rows] = 30
        found = related(covered, original)
        assert (found.relation, [each.kind for each in found.differs]) == (relation, ["laid on the query"])
        assert found.coverage[1] == pytest.approx(1 - rows / 400, abs=0.05)


def test_a_slight_perspective_makes_a_scene(pixels):
    original = pixels["coffee"]
    height, width = original.shape[:2]
    corners = np.float32([[0, 0], [width, 0], [width, height], [0, height]])
    moved = corners + np.float32([[40, 25], [-30, 0], [0, -45], [50, 0]])
    slanted = cv2.warpPerspective(original, cv2.getPerspectiveTransform(corners, moved), (width, height))
    assert related(slanted, original).relation == "scene"


def test_more_is_taken_of_a_question_than_is_kept(pixels):
    asked, kept = RELATER.ask(picture(pixels["coffee"])), RELATER.extract(picture(pixels["coffee"]))
    assert len(kept) == 250 < len(asked) <= 500
    assert asked.descriptors.shape[1] == RELATER.features.space.columns


def test_two_people_are_not_one_scene_for_having_their_eyes_in_the_same_places(shared_data):
    from PIL import Image

    def face(name):
        return picture(np.array(Image.open(shared_data / "faces" / f"{name}.pgm").convert("RGB")))

    people = [("s12/1", "s9/5"), ("s12/4", "s3/1"), ("s18/9", "s9/8"), ("s4/5", "s8/5"), ("s18/2", "s5/1")]
    for one, other in people:
        assert RELATER.relate(Seen.of(face(one)), RELATER.ask(face(one)), Seen.of(face(other))) is None
    assert RELATER.relate(Seen.of(face("s12/1")), RELATER.ask(face("s12/1")), Seen.of(face("s12/2"))) is not None


def test_other_content_of_one_make_up_is_a_variant_and_its_place_is_told(pixels):
    original = pixels["coffee"]
    other = original.copy()
    other[150:230, 300:420] = cv2.resize(pixels["chelsea"], (120, 80), interpolation=cv2.INTER_AREA)
    found = related(original, cv2.resize(other, (420, 280), interpolation=cv2.INTER_AREA))
    assert found.relation == "variant"
    (place,) = found.differs
    np.testing.assert_allclose(place.query_box, (300, 150, 120, 80), atol=12)
    np.testing.assert_allclose(place.box, np.multiply((300, 150, 120, 80), 0.7), atol=9)
    assert "differs in 1 place" in found.why


def test_a_mirrored_face_whose_upright_geometry_fails_is_still_a_copy(pixels):
    grid = np.tile(np.kron(np.eye(2), np.ones((20, 20))), (8, 8))[..., None] * 255
    symmetric = np.concatenate([grid, grid[:, ::-1]], axis=1).repeat(3, axis=2).astype(np.uint8)
    symmetric[40:140, 60:200] = cv2.resize(pixels["astronaut"], (140, 100), interpolation=cv2.INTER_AREA)
    found = related(symmetric[:, ::-1], symmetric)
    assert found.relation == "copy"
    assert "mirrored" in found.why


SIZES = (1200, 600), (540, 600)


def test_the_boxes_of_a_plane_that_ends_at_a_horizon_are_what_is_seen_of_it() -> None:
    model = np.array([[0.5, 0, 0], [0, 0.5, 0], [-0.0011, 0, 1]])
    wide, other = (np.zeros((600, width, 3), np.uint8) for width in (1200, 540))
    keypoints = (Keypoints(np.zeros((30, 2), np.float32), np.ones(30, np.float32), size) for size in SIZES)
    of_a, of_b = (LocalFeatures(each, np.zeros((30, 128), np.float32)) for each in keypoints)
    matches = Matches(np.arange(30)[:, None].repeat(2, axis=1), np.ones(30, np.float32))
    found = RelationClassifier().evidence(
        Agreement(of_a, of_b, matches, Geometry("homography", model, np.ones(30, bool), 1e-9)),
        *(Seen.of(Picture(px, size)) for px, size in zip((wide, other), SIZES, strict=True)),
    )
    assert found.relation == "similar"  # of two black pictures
    np.testing.assert_allclose(found.box, (0, 0, 540, 600), atol=1)
    np.testing.assert_allclose(found.query_box, (0, 0, 493.6, 600), atol=1.5)

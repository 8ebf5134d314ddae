from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from lookalike.describe.agreement import agreement, drawn, told
from lookalike.describe.convnet import ConvNet, _unit
from lookalike.describe.side import MIN_SIDE
from lookalike.models.onnx_session import efficientnet_lite_session
from lookalike.pixels.resize import resize
from lookalike.types import Picture, Pixels

FEATURES = 1280


def picture_of(pixels: Pixels) -> Picture:
    return Picture(pixels, (pixels.shape[1], pixels.shape[0]))


def feature_map(picture: Picture, side: int = 224) -> NDArray[np.float32]:
    """(1280, rows, columns)."""
    pixels = resize(picture.pixels, (side, side))[None]
    features: NDArray[np.float32] = efficientnet_lite_session(1).run(["map"], {"pixels": pixels})[0][0]
    return features


@pytest.mark.parametrize("power", [1.0, 3.0, 5.5])
def test_gem_is_the_generalised_mean_of_the_map(power: float, photos: list[Picture]) -> None:
    rows = ConvNet(pooling="gem", power=power).describe(photos[:3])
    for row, photo in zip(rows, photos, strict=False):
        cells = feature_map(photo).astype(np.float64)
        pooled = np.array(
            [(sum(value**power for value in channel.flat) / channel.size) ** (1 / power) for channel in cells]
        )
        np.testing.assert_allclose(row, pooled / np.linalg.norm(pooled), atol=1e-6)


def test_the_mean_is_gem_of_power_one(photos: list[Picture]) -> None:
    np.testing.assert_allclose(
        ConvNet().describe(photos), ConvNet(pooling="gem", power=1.0).describe(photos), atol=1e-6
    )


def test_gem_and_mean_are_two_spaces_of_different_rows(photos: list[Picture]) -> None:
    mean, gem = ConvNet(), ConvNet(pooling="gem")
    assert mean.space != gem.space
    assert np.abs(mean.describe(photos) - gem.describe(photos)).max() > 0.01


def test_rows_are_bit_equal_whatever_the_batch(photos: list[Picture]) -> None:
    alone = np.concatenate([ConvNet().describe([photo]) for photo in photos])
    for batch in (2, 3, 8):
        for pooling in ("mean", "gem"):
            expected = alone if pooling == "mean" else ConvNet(pooling="gem", batch=1).describe(photos)
            rows = ConvNet(pooling=pooling, batch=batch).describe(photos)  # type: ignore[arg-type]
            assert rows.tobytes() == expected.tobytes()


def test_rows_of_two_threads_are_those_of_one(photos: list[Picture]) -> None:
    np.testing.assert_allclose(ConvNet(threads=2).describe(photos), ConvNet().describe(photos), atol=1e-6)


@pytest.mark.parametrize(("side", "asked"), [(32, MIN_SIDE), (224, 224), (320, 320)])
def test_it_asks_for_the_px_that_fill_its_square(side: int, asked: int) -> None:
    assert ConvNet(side=side).min_side == asked


@pytest.mark.parametrize("side", [32, 100, 256])
def test_any_side_is_described(side: int, photos: list[Picture]) -> None:
    row = ConvNet(side=side).describe(photos[:1])[0]
    pooled = feature_map(photos[0], side).mean(axis=(1, 2))
    np.testing.assert_allclose(row, pooled / np.linalg.norm(pooled), atol=1e-6)


@pytest.mark.parametrize("wrong", [{"side": 31}, {"batch": 0}, {"threads": 0}, {"power": 0.0}, {"power": float("nan")}])
def test_a_setting_that_makes_no_sense_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="side is 32 px or more"):
        ConvNet(**wrong)  # type: ignore[arg-type]


def test_a_photo_is_nearer_to_its_half_than_to_any_other(photos: list[Picture]) -> None:
    halves = [picture_of(resize(photo.pixels, (photo.size[0] // 2, photo.size[1] // 2))) for photo in photos]
    net = ConvNet()
    cosine = net.describe(photos) @ net.describe(halves).T  # (n, n)
    np.testing.assert_array_equal(cosine.argmax(axis=1), np.arange(len(photos)))
    assert np.diag(cosine).min() > 0.8


def test_a_map_without_a_single_feature_gives_a_unit_row() -> None:
    rows = _unit(np.stack([np.zeros(FEATURES, np.float32), np.full(FEATURES, 2, np.float32)]))
    assert rows.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-6)
    assert rows[0, 0] == 1


def test_shares_add_up_to_one_and_lie_where_the_features_are() -> None:
    features = np.zeros((3, 4, 5), np.float32)
    features[0, 1, 2], features[1, 3, 4], features[2, 0, 0] = 3, 1, 7
    cells = agreement(features, np.array([1, 1, 0], np.float32))
    assert cells[1, 2] == pytest.approx(0.75)
    assert cells[3, 4] == pytest.approx(0.25)
    assert cells.sum() == pytest.approx(1)


def test_the_line_names_the_third_that_agrees_most() -> None:
    places = {(0, 0): "upper left", (2, 3): "middle", (3, 3): "middle", (6, 3): "lower centre", (3, 6): "middle right"}
    for at, where in places.items():
        cells = np.full((7, 7), 0.005, np.float32)
        cells[at] = 1 - 48 * 0.005
        assert f"above all in the {where} of the hit" in told(cells, 0.5, 0.2)


def test_the_line_says_how_much_agrees_and_what_that_means() -> None:
    even = np.full((9, 9), 1 / 81, np.float32)
    assert told(even, 0.61, 0.23).startswith("What both show agrees by 61% (in unrelated pictures 23%), spread over")
    assert "no more than in unrelated pictures (23%)" in told(even, 0.2, 0.23)


def test_nothing_shared_is_said_and_drawn(photos: list[Picture]) -> None:
    cells = agreement(np.zeros((2, 7, 7), np.float32), np.ones(2, np.float32))
    assert "nothing" in told(cells, 0.0, 0.2)
    assert drawn(photos[0], photos[1], cells, cells).dtype == np.uint8


def test_what_agrees_keeps_its_colours_and_the_rest_turns_pale_and_grey() -> None:
    red = picture_of(np.full((224, 224, 3), (200, 20, 20), np.uint8))
    cells = np.zeros((7, 7), np.float32)
    cells[:, :3] = 1 / 21
    query, hit = np.split(drawn(red, red, cells, cells[:, ::-1]), [224 + 6], axis=1)
    np.testing.assert_array_equal(query[112, 20], (200, 20, 20))
    np.testing.assert_array_equal(hit[112, -20], (200, 20, 20))
    for pale in (query[112, 200], hit[112, 6 + 20]):
        assert pale.min() == pale.max()
        assert pale.min() > 180


def test_a_cat_on_a_white_sheet_is_found_where_it_lies(photos: list[Picture]) -> None:
    cat = photos[3]
    sheet = np.full((448, 448, 3), 255, np.uint8)
    sheet[298:, 298:] = resize(cat.pixels, (150, 150))
    explanation = ConvNet().explain(cat, picture_of(sheet))
    assert "above all in the lower right of the hit" in explanation.line
    assert explanation.picture is not None
    unit = ConvNet().describe([cat, picture_of(sheet)])
    assert f"agrees by {float(unit[0] @ unit[1]):.0%}" in explanation.line

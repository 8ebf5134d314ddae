from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lookalike.describe import DESCRIBERS
from lookalike.describe.kmeans import KMeans
from lookalike.errors import NotFitted, TooFew
from lookalike.models.fitted import Fitted
from lookalike.registry import configuration
from lookalike.types import Picture, Vectors

SUMS = ("dictionary", "kmeans", "nmf", "pca")


@pytest.mark.parametrize("name", SUMS)
def test_a_fit_depends_on_its_rows_and_seed_alone(name: str, faces: list[Picture]) -> None:
    describer = DESCRIBERS.make(name, {"components": 8, "size": 16})
    rows = describer.seen.describe(faces)  # type: ignore[attr-defined]
    first, again = describer.fit(rows), describer.fit(rows)  # type: ignore[attr-defined]
    assert first == again
    assert first != describer.fit(rows[::2])  # type: ignore[attr-defined]
    assert describer.fitted is None  # type: ignore[attr-defined]
    assert DESCRIBERS.restore(configuration(first)) == first


@pytest.mark.parametrize("name", SUMS)
def test_faces_are_nearer_to_faces_than_to_other_pictures(
    name: str, faces: list[Picture], photos: list[Picture]
) -> None:
    describer = DESCRIBERS.make(name, {"components": 8, "size": 16})
    describer = describer.fit(describer.seen.describe([*faces[:80], *photos]))  # type: ignore[attr-defined]
    rows = describer.describe([*faces[80:], *photos])
    to_faces = rows @ rows[:20].T
    np.fill_diagonal(to_faces, np.nan)
    assert np.nanmean(to_faces[:20]) > np.nanmean(to_faces[20:])


@pytest.mark.parametrize("name", SUMS)
def test_parts_are_drawn_on_one_sheet(name: str, faces: list[Picture]) -> None:
    describer = DESCRIBERS.make(name, {"components": 10})
    sheet = describer.fit(describer.seen.describe(faces)).drawn()  # type: ignore[attr-defined]
    assert sheet.shape[1] == 8 * 72 + 7 * 12
    assert sheet.shape[0] == 2 * 72 + 12


@pytest.mark.parametrize("name", SUMS)
def test_pictures_of_even_grey_are_learned_from_as_any_others(name: str) -> None:
    describer = DESCRIBERS.make(
        name, {"components": 3, "size": 4, "nonzero": 2} if name == "dictionary" else {"components": 3, "size": 4}
    )
    greys = [Picture(np.full((8, 8, 3), level, np.uint8), (8, 8)) for level in range(0, 250, 10)]
    rows = describer.fit(describer.seen.describe(greys)).describe(greys)  # type: ignore[attr-defined]
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)


def test_what_cannot_be_is_refused(faces: list[Picture]) -> None:
    with pytest.raises(ValueError, match="components must be"):
        KMeans(components=0)
    with pytest.raises(ValueError, match="sample of 32 or more"):
        KMeans(sample=31)
    with pytest.raises(ValueError, match="seed"):
        KMeans(seed=-1)
    with pytest.raises(ValueError, match="needs no fitting"):
        KMeans(of="pca")
    with pytest.raises(ValueError, match="these settings need"):
        KMeans(components=4, fitted=Fitted.of({"parts": np.zeros((3, 1024))}))
    with pytest.raises(NotFitted, match="needs 32 different pictures to learn 32 components, and there is 1"):
        KMeans().fit(KMeans().seen.describe(faces[:1] * 40))


def seen_by(describer: Any, pictures: list[Picture]) -> Vectors:
    """Rows to learn from."""
    rows: Vectors = describer.seen.describe(pictures)
    return rows


@pytest.mark.parametrize(
    ("words", "most"),
    [
        ("kmeans", "kmeans:components=5"),
        ("dictionary", "dictionary:components=5"),
        ("pca", "pca:components=4"),
        ("pca:of=hog:components=20", "pca:components=4:of=hog"),
    ],
)
def test_the_settings_that_are_advised_for_few_pictures_work(words: str, most: str, faces: list[Picture]) -> None:
    describer: Any = DESCRIBERS.spelled(words)
    with pytest.raises(TooFew, match=f"there are 5: index more, or ask for fewer with {most}$"):
        describer.fit(seen_by(describer, faces[:5]))
    advised: Any = DESCRIBERS.spelled(most)
    assert advised.fit(seen_by(advised, faces[:5])).describe(faces[:5]).shape[0] == 5


@pytest.mark.parametrize("words", ["textons:components=1", "pca:components=1", "bow:components=1"])
def test_where_no_fewer_components_would_help_only_more_pictures_are_asked_for(
    words: str, photos: list[Picture]
) -> None:
    describer: Any = DESCRIBERS.spelled(words)
    with pytest.raises(TooFew, match=r"to learn 1 component, and there is 1: index more$"):
        describer.fit(seen_by(describer, photos[:1]))

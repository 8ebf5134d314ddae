"""A picture as a weighted sum of others."""

from __future__ import annotations

from functools import cache
from typing import Final

from faces import faces

from lookalike.describe.dictionary import Dictionary
from lookalike.describe.drawing import in_rows, magnified
from lookalike.describe.kmeans import KMeans
from lookalike.describe.nmf import NonNegativeParts
from lookalike.describe.pca import PrincipalComponents
from lookalike.describe.weighted_sum import WeightedSum
from lookalike.types import Explanation

FACES: Final = 400
PARTS: Final = 15
STRANGERS: Final = 1
"""Seed of faces that nothing was learned from."""


def drawn_faces() -> Explanation:
    """Some of those that all is learned from."""
    tiles = [magnified(face.pixels, (96, 96)) for face in faces(FACES)[:16]]
    return Explanation(f"{len(tiles)} of the {FACES} faces, each drawn by chance.", in_rows(tiles, 8))


def centres() -> Explanation:
    return _learned(KMeans(PARTS + 1), "centres of k-means: typical faces")


def eigenfaces() -> Explanation:
    return _learned(PrincipalComponents(PARTS), "the mean, and the directions in which faces differ most")


def parts() -> Explanation:
    return _learned(NonNegativeParts(PARTS + 1), "parts that are only ever added")


def dictionary_parts() -> Explanation:
    return _learned(Dictionary(PARTS), "the mean, and parts of which each face takes only a few")


def two_faces_by_centres() -> Explanation:
    return _explained(KMeans(PARTS + 1))


def two_faces_by_eigenfaces() -> Explanation:
    return _explained(PrincipalComponents(PARTS))


def two_faces_by_parts() -> Explanation:
    return _explained(NonNegativeParts(PARTS + 1))


def two_faces_by_dictionary() -> Explanation:
    return _explained(Dictionary(PARTS))


@cache
def _fitted(describer: WeightedSum) -> WeightedSum:
    return describer.fit(describer.seen.describe(faces(FACES)))


def _learned(describer: WeightedSum, what: str) -> Explanation:
    return Explanation(
        f"{describer.components} {what}." if isinstance(describer, KMeans) else f"{what[0].upper()}{what[1:]}.",
        _fitted(describer).drawn(),
    )


def _explained(describer: WeightedSum) -> Explanation:
    """Two faces of which nothing was learned."""
    return _fitted(describer).explain(*faces(2, STRANGERS))


FIGURES = (
    drawn_faces,
    centres,
    eigenfaces,
    parts,
    dictionary_parts,
    two_faces_by_centres,
    two_faces_by_eigenfaces,
    two_faces_by_parts,
    two_faces_by_dictionary,
)

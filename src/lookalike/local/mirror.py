"""A picture's keypoints with the rows of its mirror image, for finding mirrored copies."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lookalike.protocols import Extractor, Mirroring
from lookalike.types import Keypoints, LocalFeatures, Picture


def mirrored(extractor: Extractor, picture: Picture, features: LocalFeatures) -> LocalFeatures:
    """`features` as in the mirrored picture, at places and with angles of the picture as it is.

    By permuting rows where the extractor can; else they are computed anew, from the mirrored picture.
    """
    if isinstance(extractor, Mirroring):
        return extractor.mirrored(features)
    image = Picture(np.ascontiguousarray(picture.pixels[:, ::-1]), picture.size)
    found = extractor.extract(image, flipped(features.keypoints))
    return replace(found, keypoints=flipped(found.keypoints))


def flipped(keypoints: Keypoints) -> Keypoints:
    """Left for right."""
    x, y = keypoints.xy.T
    angle = None if keypoints.angle is None else ((np.pi - keypoints.angle) % (2 * np.pi)).astype(np.float32)
    turned = None if keypoints.affine is None else keypoints.affine * np.array([[[-1], [1]]], np.float32)
    xy = np.column_stack([keypoints.size[0] - 1 - x, y])
    return Keypoints(xy, keypoints.scores, keypoints.size, keypoints.scale, angle, turned)

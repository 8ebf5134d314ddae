"""Local features: places of a picture that can be found again, and a row for each.

A new method is one file and one line here. An extractor that has no detector of its own takes one as a field.
"""

from lookalike.protocols import Detector, Extractor
from lookalike.registry import Table

DETECTORS: Table[Detector] = Table(
    "detector",
    {
        "akaze": "lookalike.local.akaze:Akaze",
        "aliked": "lookalike.local.aliked:ALIKED",
        "brisk": "lookalike.local.brisk:Brisk",
        "canny": "lookalike.local.edges:CannyPoints",
        "disk": "lookalike.local.disk:DISK",
        "dog": "lookalike.local.blobs:DifferenceBlobs",
        "doh": "lookalike.local.blobs:HessianBlobs",
        "fast": "lookalike.local.corners:Fast",
        "harris": "lookalike.local.corners:Harris",
        "log": "lookalike.local.blobs:LaplacianBlobs",
        "mser": "lookalike.local.regions:StableRegions",
        "orb": "lookalike.local.orb:Orb",
        "r2d2": "lookalike.local.r2d2:R2D2",
        "segments": "lookalike.local.segments:Segments",
        "shi_tomasi": "lookalike.local.corners:ShiTomasi",
        "sift": "lookalike.local.sift:Sift",
        "superpoint": "lookalike.local.superpoint:SuperPoint",
        "uniqueness": "lookalike.local.uniqueness:Uniqueness",
        "xfeat": "lookalike.local.xfeat:XFeat",
    },
)

EXTRACTORS: Table[Extractor] = Table(
    "extractor",
    {
        "akaze": "lookalike.local.akaze:Akaze",
        "aliked": "lookalike.local.aliked:ALIKED",
        "beblid": "lookalike.local.beblid:Beblid",
        "brisk": "lookalike.local.brisk:Brisk",
        "disk": "lookalike.local.disk:DISK",
        "orb": "lookalike.local.orb:Orb",
        "patch": "lookalike.local.patch:Patch",
        "r2d2": "lookalike.local.r2d2:R2D2",
        "segments": "lookalike.local.segments:Segments",
        "self_similarity": "lookalike.local.uniqueness:SelfSimilarity",
        "sift": "lookalike.local.sift:Sift",
        "superpoint": "lookalike.local.superpoint:SuperPoint",
        "xfeat": "lookalike.local.xfeat:XFeat",
    },
)

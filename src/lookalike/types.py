"""The values that travel between the rooms: frozen, few, with shapes and units."""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from lookalike.errors import Reason
from lookalike.facts import UNKNOWN, Facts, Label

Pixels: TypeAlias = NDArray[np.uint8]
"""(h, w, 3) sRGB, upright (EXIF applied), no alpha, C-contiguous."""

Vectors: TypeAlias = NDArray[np.float32] | NDArray[np.uint8]
"""(n, d) float32, finite, unit L2 norm where the metric is cosine; hamming: packed bits, (n, d/8) uint8."""

Ids: TypeAlias = NDArray[np.int64]
"""(n,) ids of CONTENTS (distinct bytes), given by the store, never negative, never reused."""

Metric: TypeAlias = Literal["cosine", "l2", "l1", "hamming", "correlation"]
"""`correlation`: grey values, a byte each, whose windows are compared."""
Relation: TypeAlias = Literal["identical", "copy", "part", "variant", "scene", "similar"]
"""Relation of two pictures to each other, the strongest first. Only the first two may be acted on.

`identical`: the same bytes or pixels. `copy`: one picture, edited; each shows at least two thirds of the other.
`part`: one holds the other, or they share a part. `variant`: one make-up, other content. `scene`: another picture of
the same thing or place. `similar`: looks or means alike; ranked, not proved.
"""
Identical: TypeAlias = Literal["bytes", "pixels"]
"""In which sense two files are identical: see docs/decisions/0022."""
FileState: TypeAlias = Literal["unchanged", "changed", "gone"]
"""A file beside what was indexed of it; `gone` where it cannot be reached."""
Size: TypeAlias = tuple[int, int]
"""(width, height) in px."""
Box: TypeAlias = tuple[float, float, float, float]
"""(x, y, width, height) in px of the original, upright image, from edge to edge: x = 0 is its left edge."""


@dataclass(frozen=True, eq=False)
class Picture:
    """A decoded image: pixels as decoded (perhaps a fraction of the original), and the size of the original.

    `alpha` (h, w), 0 to 255, is how opaque it is over the ground that `pixels` show; None: wholly.
    `frames` is how many frames or pages its file has. Describers share what they derive from it: `plane` computes each
    derived array once.
    """

    pixels: Pixels
    size: Size
    alpha: NDArray[np.uint8] | None = field(default=None, repr=False)
    frames: int = 1
    _planes: dict[Hashable, NDArray[Any]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        if self.pixels.ndim != 3 or self.pixels.shape[2] != 3 or self.pixels.dtype != np.uint8 or not self.pixels.size:
            raise ValueError(
                f"pixels must be (h, w, 3) uint8 and not empty, not {self.pixels.shape} {self.pixels.dtype}"
            )
        if self.alpha is not None and (self.alpha.shape != self.pixels.shape[:2] or self.alpha.dtype != np.uint8):
            raise ValueError(f"alpha must be {self.pixels.shape[:2]} uint8, not {self.alpha.shape} {self.alpha.dtype}")

    def plane(self, name: Hashable, make: Callable[[Pixels], NDArray[Any]]) -> NDArray[Any]:
        """`make(pixels)`, remembered under `name` and read-only: two callers of one name get one array."""
        if name not in self._planes:
            plane = make(self.pixels)
            if np.may_share_memory(plane, self.pixels):  # which may be the caller's own, to write to
                plane = plane.copy()
            plane.setflags(write=False)
            self._planes[name] = plane
        return self._planes[name]

    def __getstate__(self) -> dict[str, object]:
        return {"pixels": self.pixels, "size": self.size, "alpha": self.alpha, "frames": self.frames, "_planes": {}}


@dataclass(frozen=True)
class Space:
    """Where vectors live. Vectors compare only when their spaces are equal; `dim` counts bits where hamming."""

    name: str
    digest: str
    dim: int
    metric: Metric

    @property
    def columns(self) -> int:
        """Width of a row of `Vectors`: bytes where hamming, else floats."""
        return self.dim // 8 if self.metric == "hamming" else self.dim

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of one column of `Vectors`."""
        return np.dtype(np.uint8 if self.metric in ("hamming", "correlation") else np.float32)


SpaceKind = Literal["vectors", "local", "planes"]
SPACE_KINDS: tuple[SpaceKind, ...] = get_args(SpaceKind)
"""Kinds of row that a store holds: a vector a picture, local features, or a small plane, which is no channel."""


@dataclass(frozen=True, eq=False)
class Hits:
    """(k,) ids and (k,) float32 scores, best first, never padded; larger = more similar; ties by id."""

    ids: Ids
    scores: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.ids)

    @classmethod
    def ranked(cls, ids: Ids, scores: NDArray[np.float32], k: int | None = None) -> Hits:
        """The best `k` (all, when None) in the order that `Hits` promises."""
        worst = np.partition(-scores, k - 1)[k - 1] if k is not None and 0 < k < len(ids) else np.inf
        at = np.flatnonzero(~(-scores > worst))  # of very many, most are worse than the k-th and need no order
        order = at[np.lexsort((ids[at], -scores[at]))[:k]]
        return cls(np.ascontiguousarray(ids[order], np.int64), np.ascontiguousarray(scores[order], np.float32))


Kind = Literal["exact", "same", "covered", "like", "chance"]
"""Kind of a place of a template: the same px; the same but for light, noise and the like; the same where it is seen;
merely like it; no more than chance would have it."""


@dataclass(frozen=True)
class Placement:
    """Where a template lies: larger scores are better; `scale` is its size there to its own, `angle` in rad.

    The angle turns the template clockwise as seen, about the middle of the box. `detail` says by how many spreads of
    chance the detail there agrees with the template's, where that is known (`match.locate.presence`). `kind` is None
    where nothing is known of it; `why` it is no better one.
    """

    box: Box
    score: float
    scale: float = 1.0
    angle: float = 0.0
    detail: float | None = None
    kind: Kind | None = None
    why: str | None = None


@dataclass(frozen=True, eq=False)
class Located:
    """Places, best first. `certain` is False where a fast search may have missed a better one.

    `response` (h', w') float32 holds the score of every window, where all were compared; of a search over poses it is
    (h, w), for each px the best of all poses with their middle there.
    """

    placements: tuple[Placement, ...]
    certain: bool
    response: NDArray[np.float32] | None = None


@dataclass(frozen=True)
class Explanation:
    """One sentence that a person understands, and what to draw: a picture of the evidence, (h, w, 3) uint8."""

    line: str
    picture: Pixels | None = None


@dataclass(frozen=True)
class Stamp:
    """Facts that tell that a file is unchanged without reading it. `device` and `inode` as the system numbers them."""

    bytes: int
    mtime_ns: int
    inode: int
    device: int


@dataclass(frozen=True)
class Content:
    """Distinct bytes. `size` is (w, h) px upright; `taken` is ISO 8601 local time from the EXIF block, or None.

    `frames` or pages: None of what was indexed by a version that did not count them.
    """

    sha256: str
    bytes: int
    size: Size
    format: str
    taken: str | None = None
    flags: tuple[str, ...] = ()
    frames: int | None = 1


@dataclass(frozen=True)
class Failure:
    """A file that gave no picture: why, and, where known, its stamp and the sha256 of its bytes."""

    path: str
    reason: Reason
    detail: str
    stamp: Stamp | None = None
    sha256: str | None = None


@dataclass(frozen=True)
class Record:
    """A file. Two records may share a content, hence its vectors. `path` is absolute, surrogate-escaped.

    A picture that was added without a file has the URI that it was given in place of a path.
    """

    path: str
    stamp: Stamp
    content: Content
    id: int
    """Id of the content."""
    labels: tuple[Label, ...] = ()
    facts: Facts = UNKNOWN
    object: str = ""
    """Name of the object that it is a view of, if it is of one."""

    @property
    def has_file(self) -> bool:
        """Whether `path` is one, and no URI."""
        return self.path.startswith(os.sep)


_TURNED = {"laid on the query": "laid on the hit", "ground of the query": "ground of the hit"}
_TURNED |= {hit: query for query, hit in _TURNED.items()}


@dataclass(frozen=True)
class Difference:
    """A place where the hit shows something else than the query: boxes in both, px of the originals.

    `share` is its part of the area that both show. `kind`: other `content`, another `colour`, other `light`, a `speck`
    of a px or two, something `laid on the query` or `laid on the hit` that covers what the other shows, or the one
    colour that is the `ground of the query` or the `ground of the hit` where the other is transparent.
    """

    query_box: Box
    box: Box
    share: float
    kind: str = "content"

    def turned(self) -> Difference:
        """This place with hit and query changed over."""
        return Difference(self.box, self.query_box, self.share, _TURNED.get(self.kind, self.kind))


@dataclass(frozen=True)
class VerifiedPair:
    """Relation of two contents, a < b, proved by geometry and pixels; `score` in [0, 1], 1 for the strongest.

    `coverage`, `edits` and `differs` are as in `Answer`, a being the query and b the hit.
    """

    a: int
    b: int
    relation: Relation
    score: float
    coverage: tuple[float, float] = (1.0, 1.0)
    edits: tuple[str, ...] | None = None
    differs: tuple[Difference, ...] | None = None


@dataclass(frozen=True)
class Answer:
    """One match: what kind, how sure, where, and why. Unknown is None, never invented.

    `score` in [0, 1] is comparable between questions; `channels` holds each describer's own similarity.
    `transform` (3, 3) takes px of the query to px of the hit. `also` are near-identical answers folded under this one.
    `coverage` are the shares of the query that the hit shows, and of the hit that the query shows. `edits` say in plain
    words what makes the hit of the query. `differs` are the places that do not agree, the largest first; () where none.
    `identical`: in which sense it is, where it is. `frame`, from 1: which of several frames or pages is most alike,
    where it is not the one that stands for the file. `parts`: by how much each part of the question raised or lowered
    the score, where it has several. `file` says whether the file is still as it was indexed.
    """

    record: Record
    score: float
    relation: Relation
    channels: Mapping[str, float]
    why: str
    probability: float | None = None
    box: Box | None = None
    query_box: Box | None = None
    transform: tuple[tuple[float, float, float], ...] | None = None
    also: tuple[Answer, ...] = ()
    coverage: tuple[float, float] | None = None
    edits: tuple[str, ...] | None = None
    differs: tuple[Difference, ...] | None = None
    identical: Identical | None = None
    frame: int | None = None
    file: FileState = "unchanged"
    parts: Mapping[str, float] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<{self.relation} {self.score:.2f} {self.path!r}>"

    @property
    def path(self) -> str:
        """Path of the file, absolute, or its URI where the picture was added under one."""
        return self.record.path


Matrix: TypeAlias = NDArray[np.float64]
"""(3, 3) from px of one picture to px of another, both (x, y, 1); pixel centres lie at integers."""

GeometryKind: TypeAlias = Literal["similarity", "affine", "homography", "fundamental"]


@dataclass(frozen=True, eq=False)
class Keypoints:
    """(k,) places of a picture, best first, in px of the ORIGINAL image: (0, 0) is the centre of its top-left pixel.

    `scale` is the diameter in px of what a place stands for; `angle` in rad turns the x axis towards the y axis,
    which points down; `affine` (k, 2, 2) takes the unit disc to the region. None where the detector knows none.
    """

    xy: NDArray[np.float32]
    scores: NDArray[np.float32]
    size: Size
    scale: NDArray[np.float32] | None = None
    angle: NDArray[np.float32] | None = None
    affine: NDArray[np.float32] | None = None

    def __post_init__(self) -> None:
        k = len(self.scores)
        shapes = {"xy": (k, 2), "scores": (k,), "scale": (k,), "angle": (k,), "affine": (k, 2, 2)}
        for name, shape in shapes.items():
            values = getattr(self, name)
            if values is not None and values.shape != shape:
                raise ValueError(f"{name} of {k} keypoints must be {shape}, not {values.shape}")

    def __len__(self) -> int:
        return len(self.scores)

    def __getitem__(self, rows: NDArray[np.int64] | NDArray[np.bool_] | slice) -> Keypoints:
        """Keypoints of `rows`; best first if `rows` ascend."""
        scale, angle, affine = (None if v is None else v[rows] for v in (self.scale, self.angle, self.affine))
        return Keypoints(self.xy[rows], self.scores[rows], self.size, scale, angle, affine)


@dataclass(frozen=True, eq=False)
class LocalFeatures:
    """Keypoints, and a row for each: (k, d) float32 of unit L2 norm, or (k, d/8) packed uint8."""

    keypoints: Keypoints
    descriptors: Vectors
    kind: str = ""
    """Name of the extractor that gave the rows; none where that is not known."""

    def __post_init__(self) -> None:
        if len(self.descriptors) != len(self.keypoints):
            raise ValueError(f"{len(self.keypoints)} keypoints need as many rows, not {len(self.descriptors)}")

    def __len__(self) -> int:
        return len(self.keypoints)

    def __getitem__(self, rows: NDArray[np.int64] | NDArray[np.bool_] | slice) -> LocalFeatures:
        """Features of `rows`."""
        return LocalFeatures(self.keypoints[rows], self.descriptors[rows], self.kind)


@dataclass(frozen=True, eq=False)
class Matches:
    """(m, 2) rows (i, j) of features of a and b that belong together, best first; (m,) float32 in [0, 1].

    One-to-one where the matcher is mutual; else one `j` may serve several `i`.
    """

    pairs: NDArray[np.int64]
    scores: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.scores)

    def __getitem__(self, rows: NDArray[np.int64] | NDArray[np.bool_] | slice) -> Matches:
        """Matches of `rows`."""
        return Matches(self.pairs[rows], self.scores[rows])


@dataclass(frozen=True, eq=False)
class Geometry:
    """How picture b shows what picture a shows. `model` takes px of a to px of b, up to scale.

    A fundamental matrix is none that does: of it, (x_b, y_b, 1) model (x_a, y_a, 1)^T = 0. `inliers` (m,) says which
    matches agree. `nfa` bounds the probability that unrelated pictures agree as well. `mirrored`: b shows a as
    in a mirror. `median_error`: by how much the model misplaces the inliers, their median, of a picture's longer side.
    """

    kind: GeometryKind
    model: Matrix
    inliers: NDArray[np.bool_]
    nfa: float
    mirrored: bool = False
    median_error: float = float("inf")

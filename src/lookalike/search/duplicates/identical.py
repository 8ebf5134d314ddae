"""Identical pictures: the same bytes, or other bytes that show the same pixels (see docs/decisions/0022)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lookalike.errors import BadPicture
from lookalike.index.similarity import similarity
from lookalike.pixels.fingerprint import fingerprint
from lookalike.pixels.limits import Limits
from lookalike.pixels.worker_pool import Isolated
from lookalike.pixels.worker_protocol import Reply
from lookalike.protocols import Store
from lookalike.search.ingest.read import Loaded
from lookalike.search.ingest.reread import one_file_each, read_again
from lookalike.search.stored_vectors import rows_of
from lookalike.types import Difference, Ids, Record, Relation, Size, Space, Vectors, VerifiedPair

SAME_HASH = 0.94
"""Share of hash bits that decodes of the same pixels have in common at least: one may have been scaled in decoding."""
SAME_VECTOR = 0.995
"""Least cosine of decodes of the same pixels, for a library without a hash."""
BLOCK = 2048


NO_SMALLER: Final = 0.99
"""Times the width of a place in another picture."""


@dataclass(frozen=True)
class Link:
    """Relation of a member of a group to the best one; `coverage` are the shares of it and of the best that are shown.

    `edits` make the member of the best one. Boxes of `differs` lie in the best one (`query_box`) and in the member
    (`box`). Unknown is None.
    """

    relation: Relation
    score: float
    coverage: tuple[float, float]
    edits: tuple[str, ...] | None = None
    differs: tuple[Difference, ...] | None = None

    @classmethod
    def of(cls, pair: VerifiedPair) -> Link:
        """From a to b."""
        return cls(pair.relation, pair.score, pair.coverage[::-1], pair.edits, pair.differs)

    def turned(self) -> Link:
        """From b to a; what was edited is then not known."""
        flipped = None if self.differs is None else tuple(each.turned() for each in self.differs)
        return Link(self.relation, self.score, self.coverage[::-1], None, flipped)

    @property
    def is_whole(self) -> bool:
        """Whether the two are copies in which nothing differs: only then do two proofs make a third."""
        return self.relation == "copy" and self.differs == ()

    @property
    def hides(self) -> bool:
        """Whether something that is laid on the best one hides what the member shows."""
        return any(each.kind == "laid on the query" for each in self.differs or ())

    @property
    def adds(self) -> bool:
        """Whether something is laid on the member, such as words, that the best one does not show."""
        return any(each.kind == "laid on the hit" for each in self.differs or ())

    @property
    def adds_ground(self) -> bool:
        """Whether the member alone has a ground, the best one being transparent there and no smaller."""
        grounds = (each for each in self.differs or () if each.kind == "ground of the hit")
        return any(each.query_box[2] >= NO_SMALLER * each.box[2] for each in grounds)

    def then(self, other: Link) -> Link:
        """From a by b to c: two proofs composed."""
        coverage = self.coverage[0] * other.coverage[0], self.coverage[1] * other.coverage[1]
        return Link(other.relation, min(self.score, other.score), coverage)


IDENTICAL = Link("identical", 1.0, (1.0, 1.0), (), ())


@dataclass(frozen=True)
class Group:
    """Files that show one thing: how they relate at least, and the score of the weakest link that binds them.

    The first member is the best one; `links` say by content what others are to it, identical where they do not. Files
    at the paths of `reference` are never one too many. `within` are groups of identical files and copies among the
    members, where the group as a whole is of a looser relation.
    """

    relation: Relation
    weakest: float
    members: tuple[Record, ...]
    links: Mapping[int, Link] = field(default_factory=dict)
    reference: frozenset[str] = frozenset()
    within: tuple[Group, ...] = ()

    @property
    def best(self) -> Record:
        """The member that shows the most, in the most px."""
        return self.members[0]

    def link(self, member: Record) -> Link:
        """Link of `member` to the best one."""
        return self.links.get(member.id, IDENTICAL)


def identical_groups(store: Store, *, workers: int, limits: Limits, only: Ids | None = None) -> list[Group]:
    """Files of the same bytes or pixels, largest group first; only pictures of one size and hash are decoded.

    Where contents that are `only` asked about are said, of others those alone that agree with one of them.
    """
    sizes: dict[int, Size] = {}
    files: Counter[int] = Counter()
    for file in store.listed():
        sizes[file.id] = file.size
        files[file.id] += 1
    digests = pixel_digests(store, _suspects(store, sizes, only), workers=workers, limits=limits)
    contents: dict[object, list[int]] = defaultdict(list)
    for id in sizes:
        contents[digests.get(id, id)].append(id)
    groups = [
        Group("identical", 1.0, tuple(store.records(np.array(sorted(ids), np.int64))))
        for ids in contents.values()
        if len(ids) > 1 or files[ids[0]] > 1
    ]
    return sorted(groups, key=lambda group: (-len(group.members), group.members[0].path))


def pixel_digests(store: Store, ids: Ids, *, workers: int, limits: Limits) -> dict[int, str]:
    """The digest of all that each content shows, of those that can still be read as they were indexed."""
    if len(ids) == 0:
        return {}
    by_sha256: dict[str, int] = {}

    def jobs() -> Iterator[Loaded]:
        for id, loaded in read_again(one_file_each(store, ids), limits.bytes):
            by_sha256[loaded.sha256] = id
            yield loaded

    with Isolated(DigestPixels(limits), workers=min(workers, len(ids)), limits=limits) as pool:
        return {
            by_sha256[item.sha256]: reply.data["digest"]
            for item, reply in pool.run(jobs())
            if not isinstance(reply, BadPicture) and reply.data["digest"] is not None
        }


@dataclass(frozen=True)
class DigestPixels:
    """Makes the handler of a worker: a file in, the digest of all that it shows out."""

    limits: Limits

    def __call__(self) -> Callable[[Loaded], Reply]:
        return self._digest

    def _digest(self, loaded: Loaded) -> Reply:
        return Reply({"digest": fingerprint(loaded.data, self.limits).digest})


def _suspects(store: Store, sizes: dict[int, Size], only: Ids | None) -> Ids:
    """Contents that agree with another one in size and hash, one of the two `only` asked about where that is said."""
    spaces = store.spaces()
    if not spaces:
        return np.empty(0, np.int64)
    space = min(spaces, key=lambda space: (space.metric != "hamming", -space.dim))
    of_size: dict[Size, list[int]] = defaultdict(list)
    for id, size in sizes.items():
        of_size[size].append(id)
    suspects = [
        ids[_has_twin(space, vectors, np.ones(len(ids), bool) if only is None else np.isin(ids, only))]
        for same in of_size.values()
        if len(same) > 1
        for ids, vectors in [rows_of(store, space, np.array(sorted(same), np.int64))]
    ]
    return np.sort(np.concatenate([np.empty(0, np.int64), *suspects]))


def _has_twin(space: Space, vectors: Vectors, is_asked: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(n,) whether another row is as near as two decodes of the same pixels are, and one of the two is asked about."""
    same = SAME_HASH if space.metric == "hamming" else SAME_VECTOR
    found = [np.empty(0, bool)]
    for start in range(0, len(vectors), BLOCK):
        near = similarity(space, vectors[start : start + BLOCK], vectors) >= same
        found.append((near.sum(axis=1) > 1) & near[:, is_asked].any(axis=1))
    return np.concatenate(found)

"""Losses once more: one row, one pair, one triplet at a time, as the papers write them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from math import acos, cos, exp, log, pi, sqrt

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.float64]
Labels = list[int]


def unit(row: Rows) -> Rows:
    return row / np.linalg.norm(row)


def cosine(a: Rows, b: Rows) -> float:
    return float(unit(a) @ unit(b))


def square(a: Rows, b: Rows) -> float:
    return float(((unit(a) - unit(b)) ** 2).sum())


def distance(a: Rows, b: Rows) -> float:
    return sqrt(square(a, b))


def mean(terms: list[float]) -> float:
    return sum(terms) / len(terms) if terms else 0.0


def mean_of_positive(terms: list[float]) -> float:
    return mean([term for term in terms if term > 0])


def own(labels: Labels, i: int) -> list[int]:
    return [j for j in range(len(labels)) if j != i and labels[j] == labels[i]]


def others(labels: Labels, i: int) -> list[int]:
    return [j for j in range(len(labels)) if labels[j] != labels[i]]


def triplets(labels: Labels) -> Iterator[tuple[int, int, int]]:
    for a in range(len(labels)):
        for p in own(labels, a):
            for n in others(labels, a):
                yield a, p, n


def pairs(labels: Labels) -> Iterator[tuple[int, int]]:
    for a in range(len(labels)):
        for p in own(labels, a):
            yield a, p


def cross_entropy(logits: list[float], label: int) -> float:
    return -log(exp(logits[label]) / sum(exp(each) for each in logits))


def softmax(x: Rows, y: Labels, w: Rows) -> float:
    return mean([cross_entropy([float(row @ each[0]) for each in w], label) for row, label in zip(x, y, strict=True)])


def normalised_softmax(x: Rows, y: Labels, w: Rows) -> float:
    return mean(
        [cross_entropy([20 * cosine(row, each[0]) for each in w], label) for row, label in zip(x, y, strict=True)]
    )


def falling(angle: float, m1: float, m2: float, m3: float) -> float:
    turned, sign, fallen = m1 * angle + m2, 1, 0
    while turned > pi:
        turned, sign, fallen = turned - pi, -sign, fallen + 2
    turned_by_all = m1 * angle + m2
    return sign * cos(turned_by_all) - fallen - m3


def angular(m1: float, m2: float, m3: float, scale: float) -> Callable[[Rows, Labels, Rows], float]:
    def loss(x: Rows, y: Labels, w: Rows) -> float:
        terms = []
        for row, label in zip(x, y, strict=True):
            logits = [scale * cosine(row, each[0]) for each in w]
            logits[label] = scale * falling(acos(cosine(row, w[label][0])), m1, m2, m3)
            highest = max(logits)
            terms.append(cross_entropy([each - highest for each in logits], label))
        return mean(terms)

    return loss


def siamese(x: Rows, y: Labels, w: Rows) -> float:
    return mean(
        [
            1 - cosine(x[i], x[j]) if y[i] == y[j] else max(0.0, cosine(x[i], x[j]) - 0.3)
            for i in range(len(y))
            for j in range(len(y))
            if i != j
        ]
    )


def contrastive(x: Rows, y: Labels, w: Rows) -> float:
    near = [square(x[a], x[p]) for a, p in pairs(y)]
    far = [max(0.0, 1 - distance(x[a], x[n])) ** 2 for a in range(len(y)) for n in others(y, a)]
    return mean_of_positive(near) + mean_of_positive(far)


def triplet(x: Rows, y: Labels, w: Rows) -> float:
    return mean_of_positive([max(0.0, square(x[a], x[p]) - square(x[a], x[n]) + 0.2) for a, p, n in triplets(y)])


def quadruplet(x: Rows, y: Labels, w: Rows) -> float:
    second = [
        max(0.0, square(x[a], x[p]) - square(x[n], x[o]) + 0.1)
        for a, p, n in triplets(y)
        for o in others(y, n)
        if y[o] != y[a]
    ]
    return triplet(x, y, w) + mean_of_positive(second)


def lifted_structure(x: Rows, y: Labels, w: Rows) -> float:
    terms = []
    for i, j in pairs(y):
        pushed = sum(exp(1 - distance(x[i], x[k])) for k in others(y, i))
        pushed += sum(exp(1 - distance(x[j], x[k])) for k in others(y, j))
        terms.append(max(0.0, distance(x[i], x[j]) + log(pushed)) ** 2)
    return mean(terms) / 2


def against_all(score: Callable[[Rows, Rows], float], x: Rows, y: Labels) -> float:
    terms = []
    for a, p in pairs(y):
        right = exp(score(x[a], x[p]))
        terms.append(-log(right / (right + sum(exp(score(x[a], x[n])) for n in others(y, a)))))
    return mean(terms)


def n_pairs(x: Rows, y: Labels, w: Rows) -> float:
    return against_all(lambda a, b: float(a @ b), x, y) + 0.002 * mean([float(row @ row) for row in x])


def nt_xent(x: Rows, y: Labels, w: Rows) -> float:
    return against_all(lambda a, b: cosine(a, b) / 0.07, x, y)


def sscd(x: Rows, y: Labels, w: Rows) -> float:
    pull = against_all(lambda a, b: cosine(a, b) / 0.05, x, y)
    nearest = [min(distance(x[a], x[n]) for n in others(y, a)) for a in range(len(y)) if others(y, a)]
    return pull - 30 * mean([log(each) for each in nearest])


def supervised_contrastive(x: Rows, y: Labels, w: Rows) -> float:
    terms = []
    for a in range(len(y)):
        whole = sum(exp(cosine(x[a], x[o]) / 0.1) for o in range(len(y)) if o != a)
        shares = [log(exp(cosine(x[a], x[p]) / 0.1) / whole) for p in own(y, a)]
        if shares:
            terms.append(-mean(shares))
    return mean(terms)


def multi_similarity(x: Rows, y: Labels, w: Rows) -> float:
    return mean(
        [
            log(1 + sum(exp(-2 * (cosine(x[i], x[p]) - 0.5)) for p in own(y, i))) / 2
            + log(1 + sum(exp(50 * (cosine(x[i], x[n]) - 0.5)) for n in others(y, i))) / 50
            for i in range(len(y))
        ]
    )


def circle(x: Rows, y: Labels, w: Rows) -> float:
    terms = []
    for i in range(len(y)):
        wanted, unwanted = own(y, i), others(y, i)
        if wanted and unwanted:
            near = [cosine(x[i], x[p]) for p in wanted]
            far = [cosine(x[i], x[n]) for n in unwanted]
            pull = sum(exp(-80 * max(0.0, 1.4 - s) * (s - 0.6)) for s in near)
            push = sum(exp(80 * max(0.0, s + 0.4) * (s - 0.4)) for s in far)
            terms.append(math.log1p(pull * push))
    return mean(terms)


def smooth_ap(x: Rows, y: Labels, w: Rows) -> float:
    def ahead(i: int, p: int, o: int) -> float:
        return 1 / (1 + exp(-(cosine(x[i], x[o]) - cosine(x[i], x[p])) / 0.01))

    terms = []
    for i in range(len(y)):
        ratios = []
        for p in own(y, i):
            among_own = 1 + sum(ahead(i, p, o) for o in own(y, i) if o != p)
            ratios.append(among_own / (among_own + sum(ahead(i, p, o) for o in others(y, i))))
        if ratios:
            terms.append(1 - mean(ratios))
    return mean(terms)


def proxy_nca(x: Rows, y: Labels, w: Rows) -> float:
    terms = []
    for row, label in zip(x, y, strict=True):
        wrong = sum(exp(-square(row, each[0])) for c, each in enumerate(w) if c != label)
        terms.append(-log(exp(-square(row, w[label][0])) / wrong))
    return mean(terms)


def proxy_nca_pp(x: Rows, y: Labels, w: Rows) -> float:
    return mean(
        [cross_entropy([-9 * square(row, each[0]) for each in w], label) for row, label in zip(x, y, strict=True)]
    )


def proxy_anchor(x: Rows, y: Labels, w: Rows) -> float:
    near, far = [], []
    for c, each in enumerate(w):
        mine = [cosine(row, each[0]) for row, label in zip(x, y, strict=True) if label == c]
        strangers = [cosine(row, each[0]) for row, label in zip(x, y, strict=True) if label != c]
        if mine:
            near.append(log(1 + sum(exp(-32 * (s - 0.1)) for s in mine)))
        far.append(log(1 + sum(exp(32 * (s + 0.1)) for s in strangers)))
    return mean(near) + mean(far)


def soft_triple(x: Rows, y: Labels, w: Rows) -> float:
    terms = []
    for row, label in zip(x, y, strict=True):
        logits = []
        for c, centres in enumerate(w):
            cosines = [cosine(row, each) for each in centres]
            shares = [exp(s / 0.1) for s in cosines]
            relaxed = sum(share * s for share, s in zip(shares, cosines, strict=True)) / sum(shares)
            logits.append(20 * (relaxed - (0.01 if c == label else 0)))
        terms.append(cross_entropy(logits, label))
    apart = [
        sqrt(2 + 1e-5 - 2 * cosine(centres[s], centres[t]))
        for centres in w
        for s in range(len(centres))
        for t in range(s + 1, len(centres))
    ]
    return mean(terms) + 0.2 * mean(apart)


SLOW: dict[str, Callable[[Rows, Labels, Rows], float]] = {
    "angular_margin": angular(1.0, 0.3, 0.2, 64.0),
    "arcface": angular(1.0, 0.5, 0.0, 64.0),
    "circle": circle,
    "contrastive": contrastive,
    "cosface": angular(1.0, 0.0, 0.35, 64.0),
    "lifted_structure": lifted_structure,
    "multi_similarity": multi_similarity,
    "n_pairs": n_pairs,
    "normalised_softmax": normalised_softmax,
    "nt_xent": nt_xent,
    "sscd": sscd,
    "proxy_anchor": proxy_anchor,
    "proxy_nca": proxy_nca,
    "proxy_nca_pp": proxy_nca_pp,
    "quadruplet": quadruplet,
    "siamese": siamese,
    "smooth_ap": smooth_ap,
    "soft_triple": soft_triple,
    "softmax": softmax,
    "sphereface": angular(1.35, 0.0, 0.0, 30.0),
    "supervised_contrastive": supervised_contrastive,
    "triplet": triplet,
}

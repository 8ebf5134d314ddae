import numpy as np

from lookalike.datasets.retrieval import Retrieval
from lookalike.evaluate.misses import OF_KIND, WORST, Firsts, worst


def task(relevant, groups, kinds=()):
    count = len(relevant)
    return Retrieval(
        "made",
        "copies",
        tuple(str(at) for at in range(count + 50)),
        50 + np.arange(count),
        np.arange(50),
        tuple(np.array(each, np.int64) for each in relevant),
        np.array(groups),
        kinds=tuple(kinds),
    )


def test_the_latest_come_first_and_then_the_highest_of_what_is_not_there():
    asked = task([[1], [2], [3], [], []], [0, 1, 2, 3, 4])
    found = worst(
        asked, Firsts(np.array([9, 2, 8, 7, 6]), np.array([0.5, 0.9, 0.6, 0.7, 0.8]), np.array([4, 1, 30, 0, 0]))
    )
    assert [(miss.query, miss.first, miss.right, miss.rank) for miss in found] == [
        (52, 8, 3, 30),
        (50, 9, 1, 4),
        (54, 6, None, None),
        (53, 7, None, None),
    ]


def test_what_fails_alike_is_shown_few_times():
    many = 40
    firsts = Firsts(np.zeros(many, np.int64), np.ones(many), np.arange(2, many + 2))
    of_one = worst(task([[1]] * many, np.zeros(many, np.int64)), firsts)
    assert len(of_one) == 1
    apart = worst(task([[1]] * many, np.arange(many)), firsts)
    assert len(apart) == WORST
    kinds = worst(task([[1]] * many, np.arange(many), ["crop"] * 38 + ["flip"] * 2), firsts)
    assert len(kinds) == OF_KIND + 2

import numpy as np
import pytest

from lookalike.errors import BadQuery
from lookalike.search.calibration.copy_plan import plan_copies


@pytest.mark.parametrize(("count", "originals"), [(6, 200), (30, 10), (1000, 200), (1000, 4)])
def test_originals_are_there_or_absent_and_backdrops_are_other_absent_pictures(count, originals):
    for seed in range(20):
        plan = plan_copies(count, originals, np.random.default_rng(seed))
        assert len(np.intersect1d(plan.there, plan.absent)) == 0
        assert len(np.unique(plan.originals)) == len(plan.originals) == len(plan.backdrops)
        assert set(plan.originals.tolist()) <= set(range(count))
        assert len(plan.there) <= originals
        assert 2 <= len(plan.absent) <= max(2, count // 4)
        assert set(plan.backdrops.tolist()) <= set(plan.absent.tolist())
        assert (plan.backdrops != plan.originals).all()


def test_all_that_is_asked_for_is_asked_where_there_is_enough():
    plan = plan_copies(1000, 200, np.random.default_rng(0))
    assert (len(plan.there), len(plan.absent)) == (200, 100)


def test_the_same_chance_gives_the_same_plan_and_another_one_another():
    first, again, other = (plan_copies(100, 10, np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.originals, again.originals)
    np.testing.assert_array_equal(first.backdrops, again.backdrops)
    assert set(first.originals.tolist()) != set(other.originals.tolist())


def test_too_few_pictures_are_refused():
    with pytest.raises(BadQuery, match="at least, and there are 5: add more"):
        plan_copies(5, 2, np.random.default_rng(0))


@pytest.mark.parametrize("originals", [-3, 0, 1])
def test_so_few_originals_are_refused(originals):
    with pytest.raises(BadQuery, match=f"originals must be 2 or more, not {originals}"):
        plan_copies(1000, originals, np.random.default_rng(0))

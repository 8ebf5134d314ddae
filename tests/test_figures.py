from __future__ import annotations

import pytest

from lookalike.figures import about, bytes_of, file_size, percent, score


@pytest.mark.parametrize(
    ("words", "count"),
    [("4GB", 4 * 10**9), ("1.5 GiB", 3 * 2**29), ("512mb", 512 * 10**6), (" 7 kB ", 7000), ("900", 900), ("12 B", 12)],
)
def test_sizes_are_read_as_people_write_them(words: str, count: int) -> None:
    assert bytes_of(words) == count


@pytest.mark.parametrize("words", ["", "GB", "-1GB", "4 apples", "1e9", "4GBs", "٤GB x"])
def test_what_is_no_size_is_refused(words: str) -> None:
    with pytest.raises(ValueError, match="write 4GB"):
        bytes_of(words)


@pytest.mark.parametrize("count", [0, 999, 12_300, 4 * 10**9])
def test_a_size_that_is_told_reads_as_itself(count: int) -> None:
    assert bytes_of(file_size(count)) == count


def test_what_is_not_all_is_never_told_as_all() -> None:
    assert [score(0.9996, digits) for digits in (2, 3, 4)] == ["0.99", "0.999", "0.9996"]
    assert (percent(0.99999, 0), percent(0.9996), about(1 - 1e-9)) == ("99 %", "99.9 %", "99 %")


def test_a_sum_that_is_all_but_for_rounding_is_told_as_all() -> None:
    assert sum([0.1] * 10) < 1
    assert (score(sum([0.1] * 10)), percent(sum([0.1] * 10), 0)) == ("1.000", "100 %")


def test_a_score_of_nothing_has_no_sign() -> None:
    assert score(-1e-9) == "0.000"

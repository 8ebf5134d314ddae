from __future__ import annotations

import pytest

from lookalike.figures import bytes_of, file_size


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

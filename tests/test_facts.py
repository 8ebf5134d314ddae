from __future__ import annotations

import pytest

from lookalike.errors import BadQuery
from lookalike.facts import UNKNOWN, Facts, Label, Quantity, quantity_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("450g", Quantity(450_000, "mg")),
        ("0.45 kg", Quantity(450_000, "mg")),
        ("3.50", Quantity(3.5)),
        ("-7", Quantity(-7)),
        ("3 EUR", Quantity(3, "eur")),
        ("3€", Quantity(3, "€")),
        ("20%", Quantity(20, "%")),
        ("5 m", Quantity(5000, "mm")),
        ("5M", Quantity(5, "m")),
        ("0815", Quantity(815)),
        ("large", None),
        ("3x4", None),
        ("1e9", None),
        ("nan", None),
        ("", None),
        ("١٢", Quantity(12)),
        ("1" * 16, None),
    ],
)
def test_a_quantity_is_a_number_with_its_unit(text: str, expected: Quantity | None) -> None:
    assert quantity_of(text) == expected


def test_units_of_one_kind_are_exactly_equal() -> None:
    assert quantity_of("0.3kg") == quantity_of("300 g") == quantity_of("300000mg")
    assert quantity_of("70.1cm") == quantity_of("701mm")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" apple ", Label("apple")),
        ("red apples", Label("red apples")),
        ("Weight = 450 g", Label("weight", "450 g")),
        ("url=http://a/?b=c", Label("url", "http://a/?b=c")),
        ("Cafe\u0301", Label("Café")),
    ],
)
def test_a_label_is_a_word_or_a_key_with_a_value(text: str, expected: Label) -> None:
    assert Label.of(text) == expected
    assert Label.of(str(expected)) == expected


@pytest.mark.parametrize(
    "text", ["", "  ", "a\nb", "x" * 201, "=3", "a b=3", "price=", "\udcff", "price=3,50", "w=1,5 kg"]
)
def test_what_cannot_be_a_label_is_refused(text: str) -> None:
    with pytest.raises(BadQuery):
        Label.of(text)


def test_a_decimal_comma_is_told_how_to_be_written() -> None:
    with pytest.raises(BadQuery, match=r"with a point: price=3\.50"):
        Label.of("price=3,50")


def test_facts_go_before_others_one_by_one() -> None:
    over = Facts(title="a").over(Facts(title="b", rating=0, keywords=()))
    assert over == Facts(title="a", rating=0, keywords=())
    assert Facts.of(over.known()) == over
    assert UNKNOWN.known() == {}

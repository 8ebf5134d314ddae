from __future__ import annotations

import pytest

from lookalike.search.pages.escape import legible


@pytest.mark.parametrize("text", ["plain", "ä b.jpg", "写真\u3000一.png", "\U0001f600 (1).webp", "שלום", "e\u0301"])
def test_what_can_be_seen_is_shown_as_it_is(text: str) -> None:
    assert legible(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (b"Z\xfcrich\xff.jpg".decode("utf-8", "surrogateescape"), r"Z\xfcrich\xff.jpg"),
        ("\ud800", r"\ud800"),
        ("a\nb\tc\r\0", r"a\nb\tc\r\x00"),
        ("\x1b[31mred", r"\x1b[31mred"),
        ("\u202egpj.exe", r"\u202egpj.exe"),
        ("a\u2028b\u200bc\ufeff", r"a\u2028b\u200bc\ufeff"),
        ("\U000e0041", r"\U000e0041"),
    ],
)
def test_what_cannot_be_seen_is_escaped(text: str, shown: str) -> None:
    assert legible(text) == shown
    assert shown.encode("utf-8")

from __future__ import annotations

import base64
import hashlib
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise, product
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from lookalike.search.compare import Comparison
from lookalike.search.pages.render import (
    Asked,
    Shown,
    ShownGroup,
    comparison_notebook,
    comparison_page,
    groups_notebook,
    groups_page,
    notebook,
    search_page,
    thumbnail,
)
from lookalike.search.query.source import Sample
from lookalike.types import Answer, Content, Explanation, Picture, Record, Stamp

HOSTILE = (
    "/p/<script>alert(1)</script>.jpg",
    "/p/\"onerror='alert(1)'.jpg",
    "/p/a\nb\r\0.jpg",
    "/p/\x1b[31mred\x07.jpg",
    "/p/Z\udcfcrich\udcff.jpg",
    "/p/\u202egpj.exe",
    "/p/{{ 7 * 7 }}{% x %}&amp;]]>.jpg",
    "/p/" + "x" * 250,
    "/",
)


@pytest.fixture(scope="module")
def webp(photos: Sequence[Picture]) -> bytes:
    return thumbnail(photos[0].pixels)


def record(path: str = "/photos/summer/cat.jpg") -> Record:
    return Record(path, Stamp(1234, 0, 0, 0), Content("0" * 64, 1234, (640, 480), "jpeg"), 1)


def answer(path: str = "/photos/summer/cat.jpg", **changes: object) -> Answer:
    plain = Answer(record(path), 0.87, "similar", {"convnet": 0.91, "phash": -0.2}, "alike in colours")
    return replace(plain, **changes)  # type: ignore[arg-type]


def page(asked: Sequence[Asked], shown: Sequence[Shown], where: str | None = None) -> str:
    return search_page(asked, shown, searched=12345, seconds=0.042, where=where)


def tree(html: str) -> ElementTree.Element:
    """The page is well-formed XML, so that no reader has to guess where a string ends."""
    return ElementTree.fromstring(html.encode("utf-8").partition(b"<!DOCTYPE html>")[2])


def texts(html: str) -> str:
    body = tree(html).find("body")
    assert body is not None
    return " ".join("".join(body.itertext()).split())


Render = Callable[[str, bytes], str]


def searched(text: str, webp: bytes) -> str:
    explained = {text: Explanation(text, np.zeros((4, 4, 3), np.uint8))}
    hit = answer("/" + text, why=text, channels={text: 0.5}, also=(answer("/" + text),))
    return page([Asked(text, webp)], [Shown(hit, webp, explained)], where=text)


def group(text: str, webp: bytes) -> ShownGroup:
    return ShownGroup("copy", 0.9, [(record("/" + text), webp), (record("/" + text), None)])


def grouped(text: str, webp: bytes) -> str:
    return groups_page([group(text, webp)])


def grouped_in_notebook(text: str, webp: bytes) -> str:
    return f"<!DOCTYPE html><div>{groups_notebook([group(text, webp)])}</div>"


def comparison(text: str) -> Comparison:
    picture = Picture(np.zeros((4, 4, 3), np.uint8), (4, 4))
    view = Sample(text, None, lambda _: picture)
    evidence = {text: Explanation(text, picture.pixels)}
    return Comparison(view, view, "copy", 0.87, {text: 0.91}, evidence, text, agreeing=(text,))


def compared(text: str, webp: bytes) -> str:
    return comparison_page(comparison(text))


def compared_in_notebook(text: str, webp: bytes) -> str:
    return f"<!DOCTYPE html>{comparison_notebook(comparison(text))}"


def in_notebook(text: str, webp: bytes) -> str:
    fragment = notebook([Asked(text, webp)], [Shown(answer("/" + text, why=text), webp)])
    return f"<!DOCTYPE html>{fragment}"


FRAGMENTS = (in_notebook, grouped_in_notebook, compared_in_notebook)
RENDERS = (searched, grouped, compared, *FRAGMENTS)


@pytest.mark.parametrize("render", RENDERS)
@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_name_changes_no_element_of_a_page(render: Render, text: str, webp: bytes) -> None:
    elements = [(element.tag, sorted(element.attrib)) for element in tree(render(text, webp)).iter()]
    plain = [(element.tag, sorted(element.attrib)) for element in tree(render("/p/plain", webp)).iter()]
    assert [one for one in elements if one[0] != "wbr"] == [one for one in plain if one[0] != "wbr"]


@pytest.mark.parametrize("render", RENDERS)
@pytest.mark.parametrize("text", HOSTILE)
def test_a_page_is_utf_8_without_control_characters(render: Render, text: str, webp: bytes) -> None:
    html = render(text, webp)
    assert html.encode("utf-8").decode("utf-8") == html
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]", html)


def test_bytes_of_a_name_that_are_no_utf_8_are_shown_and_the_link_still_leads_to_the_file(webp: bytes) -> None:
    html = page([], [Shown(answer("/p/Z\udcfcrich b.jpg"), webp)])
    assert r"Z\xfcrich b.jpg" in texts(html)
    assert [a.get("href") for a in tree(html).iter("a")] == ["file:///p/Z%FCrich%20b.jpg"]


@pytest.mark.parametrize("render", [searched, grouped, compared])
def test_a_page_runs_nothing_and_fetches_nothing(render: Render, webp: bytes) -> None:
    html = render("https://example.org/cat.jpg", webp)
    elements = list(tree(html).iter())
    assert not {"script", "link", "iframe", "object", "embed", "base", "form"} & {e.tag for e in elements}
    for element in elements:
        assert not [name for name in element.attrib if name.startswith("on") or name == "style"]
        assert element.get("src", "data:image/webp;").startswith("data:image/webp;")
        assert element.get("href", "file:///").startswith("file:///")
    assert "url(" not in html
    assert "@import" not in html


def test_the_policy_allows_the_one_style_and_pictures_inside_the_page(webp: bytes) -> None:
    html = searched("cat", webp)
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', html)
    (style,) = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy.split("; ") == [
        "default-src 'none'",
        "img-src data:",
        f"style-src 'sha256-{digest}'",
        "base-uri 'none'",
        "form-action 'none'",
    ]


def test_an_answer_says_what_kind_of_match_it_is_where_how_sure_and_why(webp: bytes) -> None:
    hit = answer(relation="copy", probability=0.981, box=(10.0, 20.0, 300.0, 200.0))
    evidence = Explanation("the fur agrees", np.zeros((4, 4, 3), np.uint8))
    html = page([Asked("/q/query.png", webp)], [Shown(hit, webp, {"convnet": evidence})], where="width > 10")
    words = texts(html)
    for part in (
        "1 picture like this",
        "12,345 searched in 0.04 s",
        "width > 10",
        "query.png",
        "copy",
        "cat.jpg",
        "/photos/summer",
        "0.87",
        "98 % sure",
        "alike in colours",
        "convnet 0.91",
        "phash -0.20",
        "640 × 480 px · 1.2 kB · JPEG",
        "the fur agrees",
    ):
        assert part in words
    (drawn,) = [svg for svg in tree(html).iter("svg") if svg.get("class") == "box"]
    assert drawn.get("viewBox") == "-0.5 -0.5 640 480"  # (0, 0) is the centre of the first pixel
    assert drawn[0].attrib == {"x": "10.0", "y": "20.0", "width": "300.0", "height": "200.0"}


def test_a_bar_is_as_long_as_its_score_and_never_leaves_its_rail(webp: bytes) -> None:
    html = page([], [Shown(answer(score=1.00001), webp)])
    lengths = [rect.get("width") for rect in tree(html).iter("rect") if rect.get("class") == "fill"]
    assert lengths == ["100.0", "91.0", "0.0"]


def test_what_is_unknown_is_left_out(webp: bytes) -> None:
    words = texts(page([], [Shown(answer(), webp)]))
    assert "% sure" not in words
    assert "s, where" not in words
    assert "None" not in words
    assert "nearly" not in words


def test_answers_folded_under_another_are_listed(webp: bytes) -> None:
    html = page([], [Shown(answer(also=(answer("/p/twin.jpg"), answer("/p/third.jpg"))), webp)])
    assert "2 nearly identical" in texts(html)
    assert "twin.jpg" in texts(html)


def test_a_picture_that_is_gone_leaves_a_note_in_its_place(webp: bytes) -> None:
    html = page([Asked("bytes", None)], [Shown(answer(box=(0.0, 0.0, 1.0, 1.0)), None)])
    assert "gone or has changed" in texts(html)
    assert not list(tree(html).iter("img"))
    assert "gone or has changed" in notebook([Asked("bytes", None)], [Shown(answer(), None)])


def test_no_answer_is_a_page_too() -> None:
    assert "Nothing found" in texts(page([Asked("cat.jpg", None)], []))
    assert "No picture is there twice" in texts(groups_page([]))


def test_every_picture_has_words_beside_it_and_headings_go_down_one_by_one(webp: bytes) -> None:
    for html in (searched("cat", webp), grouped("cat", webp), compared("cat", webp)):
        assert all(image.get("alt") for image in tree(html).iter("img"))
        levels = [int(element.tag[1]) for element in tree(html).iter() if re.fullmatch("h[1-6]", element.tag)]
        assert levels[0] == 1
        assert all(below <= above + 1 for above, below in pairwise(levels))


def test_groups_show_their_relation_and_every_member(webp: bytes) -> None:
    members = [(record("/a/one.jpg"), webp), (record("/b/two.jpg"), webp)]
    words = texts(groups_page([ShownGroup("identical", 1.0, members), ShownGroup("copy", 0.93, members)]))
    assert "4 files in 2 groups" in words
    assert "identical 2 files " in words
    assert "copy 2 files, weakest link 0.93" in words
    assert words.count("two.jpg") == 2


def test_a_comparison_says_how_two_pictures_relate_and_why(webp: bytes) -> None:
    html = compared("colours", webp)
    words = texts(html)
    for part in ("colours", "copy", "0.87", "0.91", "What agrees"):
        assert part in words
    assert len(list(tree(html).iter("img"))) == 3  # both, and the evidence


def test_a_page_is_little_more_than_its_pictures(webp: bytes) -> None:
    html = page([Asked("cat.jpg", webp)], [Shown(answer(), webp)] * 20)
    pictures = 21 * len(base64.b64encode(webp))
    assert pictures < len(html) < pictures + 60_000


def test_a_fragment_for_a_notebook_brings_its_own_style(webp: bytes) -> None:
    html = notebook([Asked("cat.jpg", webp)], [Shown(answer(), webp)])
    root = ElementTree.fromstring(html)
    assert root.tag == "div"
    assert "style" not in {element.tag for element in root.iter()}
    assert "0.87" in "".join(root.itertext())


def test_a_thumbnail_fits_its_side_and_carries_nothing_but_pixels(photos: Sequence[Picture]) -> None:
    for picture in photos:
        with Image.open(io.BytesIO(thumbnail(picture.pixels, 100))) as image:
            assert image.format == "WEBP"
            assert max(image.size) == 100
            assert not {"exif", "icc_profile", "xmp", "comment"} & set(image.info)


def test_a_thumbnail_is_never_enlarged_nor_empty() -> None:
    for width, height in ((1, 1), (20000, 1), (1, 5000), (50, 20)):
        with Image.open(io.BytesIO(thumbnail(np.zeros((height, width, 3), np.uint8)))) as image:
            assert 1 <= min(image.size) <= max(image.size) <= min(240, max(width, height))


def test_a_thumbnail_is_of_the_picture(photos: Sequence[Picture]) -> None:
    for picture in photos:
        with Image.open(io.BytesIO(thumbnail(picture.pixels))) as image:
            seen = np.asarray(image.convert("RGB")).mean(axis=(0, 1))
        assert np.abs(seen - picture.pixels.mean(axis=(0, 1))).max() < 3


def test_text_stands_out_from_its_ground_in_light_and_in_dark(webp: bytes) -> None:
    """Contrast of at least 4.5 [WCAG 2.2, 1.4.3]."""
    schemes = [
        dict(re.findall(r"--(\w+): (#\w{6})", block))
        for block in re.findall(r":root \{(.*?)\}", searched("cat", webp), re.DOTALL)
    ]
    assert len(schemes) == 2
    inks, grounds = ("ink", "soft", "link", "identical", "copy", "scene", "similar"), ("paper", "card", "mat")
    for scheme, ink, ground in product(schemes, inks, grounds):
        dark, light = sorted((_luminance(scheme[ink]), _luminance(scheme[ground])))
        assert (light + 0.05) / (dark + 0.05) >= 4.5, (ink, ground, scheme[ink])


def _luminance(colour: str) -> float:
    levels = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    linear = np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


@pytest.mark.parametrize("render", FRAGMENTS)
def test_a_fragment_has_no_script_link_or_style_sheet_of_its_own(render: Render, webp: bytes) -> None:
    html = render("/p/plain", webp)
    assert {element.tag for element in tree(html).iter()} <= {"div", "span", "img", "p", "b", "bdi"}
    assert all(image.get("src", "").startswith("data:image/webp;base64,") for image in tree(html).iter("img"))

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from lookalike.facts import UNKNOWN, Facts, Place
from lookalike.pixels.metadata import MOST_SIDECAR_BYTES, facts_in, facts_in_sidecar
from lookalike.pixels.metadata.blocks import begins_with_its_facts
from lookalike.pixels.metadata.xmp import NotRead, facts_of_xmp

RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
NAMES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" '
    'xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:tiff="http://ns.adobe.com/tiff/1.0/" '
    'xmlns:aux="http://ns.adobe.com/exif/1.0/aux/" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"'
)


def packet(inside: str = "", attributes: str = "") -> bytes:
    return (
        f'<?xpacket begin="" id="W5M0"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF {RDF}>'
        f'<rdf:Description rdf:about="" {NAMES} {attributes}>{inside}</rdf:Description>'
        '</rdf:RDF></x:xmpmeta>   <?xpacket end="w"?>'
    ).encode()


TITLE = packet(
    '<dc:title><rdf:Alt><rdf:li xml:lang="de">Äpfel</rdf:li><rdf:li xml:lang="x-default">Apples</rdf:li></rdf:Alt>'
    "</dc:title><dc:subject><rdf:Bag><rdf:li>red</rdf:li><rdf:li>box\n of 6</rdf:li></rdf:Bag></dc:subject>"
    "<dc:description>in a box</dc:description><exif:DateTimeOriginal>2021-05-17T10:00:05.2+02:00"
    "</exif:DateTimeOriginal>",
    'xmp:Rating="4" tiff:Make="FUJIFILM" tiff:Model="X100V" aux:Lens="23mm F2"',
)
FOUND = Facts("2021-05-17T10:00:05", "FUJIFILM X100V", "23mm F2", None, "Apples", "in a box", ("red", "box of 6"), 4)


def exif(**tags: object) -> Image.Exif:
    block = Image.Exif()
    numbers = {"description": 0x010E, "make": 0x010F, "model": 0x0110, "orientation": 0x0112, "rating": 0x4746}
    for name, value in tags.items():
        if name in numbers:
            block[numbers[name]] = value
    if "lens" in tags:
        block.get_ifd(0x8769)[0xA434] = tags["lens"]
    if "gps" in tags:
        block.get_ifd(0x8825).update(tags["gps"])
    return block


def file(format: str, **settings: object) -> bytes:
    data = io.BytesIO()
    Image.fromarray(np.zeros((16, 16, 3), np.uint8)).save(data, format, **settings)
    return data.getvalue()


CAMERA = exif(make="NIKON CORPORATION", model="NIKON D90", lens="50mm", orientation=6, description="at sea", rating=3)


@pytest.mark.parametrize("format", ["jpeg", "png", "webp", "tiff", "avif"])
def test_facts_of_exif_are_found_in_every_format(format: str) -> None:
    found, place = facts_in(format, file(format, exif=CAMERA))
    lens = None if format == "tiff" else "50mm"  # Pillow writes no inner tags there
    assert (found.camera, found.lens, found.caption, found.rating) == ("NIKON D90", lens, "at sea", 3)
    assert found.orientation in (6, None)  # some writers of files turn the pixels instead
    assert place is None


@pytest.mark.parametrize("format", ["jpeg", "webp", "avif"])
def test_facts_of_xmp_are_found_in_every_format(format: str) -> None:
    assert facts_in(format, file(format, xmp=TITLE))[0] == FOUND


def test_facts_of_xmp_in_a_tiff() -> None:
    tags = ImageFileDirectory_v2()
    tags[700] = TITLE
    tags.tagtype[700] = 1
    assert facts_in("tiff", file("tiff", tiffinfo=tags))[0] == FOUND


@pytest.mark.parametrize("packed", [False, True])
def test_facts_of_xmp_in_a_png_stand_even_behind_its_pixels(packed: bool) -> None:
    text = zlib.compress(TITLE) if packed else TITLE
    chunk = b"iTXt" + b"XML:com.adobe.xmp\0" + bytes([packed]) + b"\0\0\0" + text
    whole = struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
    data = file("png")
    assert facts_in("png", data[:-12] + whole + data[-12:])[0] == FOUND


def data_set(record: int, number: int, value: bytes) -> bytes:
    return bytes([0x1C, record, number]) + struct.pack(">H", len(value)) + value


def with_iptc(*sets: tuple[int, bytes]) -> bytes:
    iptc = b"".join(data_set(2, number, value) for number, value in sets)
    resource = b"8BIM\x04\x04\x00\x00" + struct.pack(">I", len(iptc)) + iptc + b"\0" * (len(iptc) % 2)
    other = b"8BIM\x03\xed\x03odd" + struct.pack(">I", 3) + b"abc\0"
    payload = b"Photoshop 3.0\0" + other + resource
    data = file("jpeg")
    return data[:2] + b"\xff\xed" + struct.pack(">H", len(payload) + 2) + payload + data[2:]


def test_facts_of_iptc_are_found_as_utf_8_or_latin_1() -> None:
    data = with_iptc(
        (5, b"Title"), (25, "Grüße".encode()), (25, "Käse".encode("latin-1")), (55, b"20210517"), (60, b"101112+0200")
    )
    assert facts_in("jpeg", data)[0] == Facts(taken="2021-05-17T10:11:12", title="Title", keywords=("Grüße", "Käse"))


def test_xmp_counts_before_iptc_and_that_before_exif() -> None:
    data = with_iptc((5, b"IPTC"), (120, b"by IPTC"))
    xmp = packet("<dc:title>XMP</dc:title>")
    segment = b"http://ns.adobe.com/xap/1.0/\0" + xmp
    data = data[:2] + b"\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment + data[2:]
    described = file("jpeg", exif=exif(description="by EXIF", make="Canon"))
    exif_segment = described[20 : 20 + 2 + struct.unpack(">H", described[22:24])[0]]
    assert exif_segment[4:10] == b"Exif\0\0"
    found, _ = facts_in("jpeg", data[:2] + exif_segment + data[2:])
    assert (found.title, found.caption, found.camera) == ("XMP", "by IPTC", "Canon")


def test_the_place_is_told_apart_from_the_facts() -> None:
    gps = {1: "N", 2: (48.0, 12.0, 36.0), 3: "W", 4: (16.0, 22.0, 12.0), 5: b"\1", 6: 10.0}
    found, place = facts_in("jpeg", file("jpeg", exif=exif(gps=gps)))
    assert place == Place(pytest.approx(48.21), pytest.approx(-16.37), -10.0)
    assert found == UNKNOWN


@pytest.mark.parametrize(
    "gps",
    [
        {1: "N", 2: (480.0, 0.0, 0.0), 3: "E", 4: (1.0, 0.0, 0.0)},
        {1: "N", 2: (48.0, 0.0, 0.0)},
        {1: "N", 2: (48.0,), 3: "E", 4: (1.0, 0.0, 0.0)},
    ],
)
def test_a_place_that_is_none_is_unknown(gps: dict[int, object]) -> None:
    assert facts_in("jpeg", file("jpeg", exif=exif(gps=gps)))[1] is None


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"make": "Canon", "model": "Canon EOS R5"}, Facts(camera="Canon EOS R5")),
        ({"make": "FUJIFILM", "model": "X100V"}, Facts(camera="FUJIFILM X100V")),
        ({"description": "OLYMPUS DIGITAL CAMERA         "}, UNKNOWN),
        ({"description": "a\0b"}, Facts(caption="a")),
        ({"orientation": 9}, UNKNOWN),
        ({"rating": 99}, UNKNOWN),
        ({"description": "  "}, UNKNOWN),
        ({"description": "one\ntwo\x07"}, Facts(caption="one two")),
    ],
)
def test_tags_are_read_as_they_are_meant(tags: dict[str, object], expected: Facts) -> None:
    assert facts_in("jpeg", file("jpeg", exif=exif(**tags)))[0] == expected


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_tags_may_be_utf_8_or_latin_1(encoding: str) -> None:
    word = "Grüße".encode(encoding)
    data = file("jpeg", exif=exif(description="x" * len(word))).replace(b"x" * len(word), word)
    assert facts_in("jpeg", data)[0].caption == "Grüße"


def test_a_sidecar_is_read_in_the_encodings_of_xml() -> None:
    assert facts_in_sidecar(TITLE) == FOUND
    assert facts_in_sidecar(TITLE.decode().encode("utf-16")) == FOUND
    assert facts_in_sidecar(TITLE + b"\0" * 2000) == FOUND


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2021", "2021"),
        ("2021-05", "2021-05"),
        ("2021-05-17", "2021-05-17"),
        ("2021-05-17T10:00", "2021-05-17T10:00:00"),
        ("2021-05-17T10:00:05Z", "2021-05-17T10:00:05"),
        ("2021-13-40", None),
        ("2021-02-30T10:00", None),
        ("0000-00-00", None),
        ("yesterday", None),
    ],
)
def test_times_of_xmp_may_be_parts_and_must_be_times(text: str, expected: str | None) -> None:
    said = facts_of_xmp(packet(attributes=f'photoshop:DateCreated="{text}"'))
    assert said.taken == expected


def test_only_what_is_said_of_the_picture_itself_counts() -> None:
    """Histories, and pictures that it was made of, have titles and ratings as well."""
    inner = f"<rdf:Description {NAMES} xmp:Rating='1'><dc:title>inner</dc:title></rdf:Description>"
    said = facts_of_xmp(packet(f"<dc:source rdf:parseType='Resource'>{inner}</dc:source>", 'xmp:Rating="5"'))
    assert said == Facts(rating=5)


@pytest.mark.parametrize("rating", ["6", "-2", "nan", "inf", "good", ""])
def test_a_rating_that_is_none_is_unknown(rating: str) -> None:
    assert facts_of_xmp(packet(attributes=f'xmp:Rating="{rating}"')) == UNKNOWN


LAUGHS = (
    b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    + b"".join(b'<!ENTITY %c "%s">' % (99 + n, b"&%c;" % (98 + n) * 8) for n in range(12))
    + b"]><x>&n;</x>"
)


@pytest.mark.parametrize(
    "data",
    [
        LAUGHS,
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>',
        b"<x>" * 5000,
        packet("<dc:title/>" * 200_001),
        packet()[:-60],
        b"not XML",
        b"<html><body>hello</body></html>",
        b"",
        b"\0" * 100,
        packet() + b" " * MOST_SIDECAR_BYTES,
    ],
    ids=["laughs", "outside", "deep", "many", "cut", "text", "html", "empty", "nul", "large"],
)
def test_a_sidecar_that_means_harm_or_nothing_tells_nothing(data: bytes) -> None:
    assert facts_in_sidecar(data) is None


def test_entities_are_refused_before_they_are_made() -> None:
    with pytest.raises(NotRead, match="document type"):
        facts_of_xmp(LAUGHS)


def test_words_have_a_length() -> None:
    said = facts_of_xmp(
        packet(
            f"<dc:title>{'long ' * 1000}</dc:title><dc:subject><rdf:Bag>{'<rdf:li>a</rdf:li>' * 9}"
            "</rdf:Bag></dc:subject>"
        )
    )
    assert said.title is not None
    assert len(said.title) <= 200
    assert said.keywords == ("a",)


def test_the_beginning_of_a_jpeg_is_enough_where_its_pixels_begin_in_it() -> None:
    data = file("jpeg", exif=CAMERA, xmp=TITLE, comment=b"x" * 5000)
    scan = data.index(b"\xff\xda")
    assert begins_with_its_facts(data[: scan + 8])
    assert facts_in("jpeg", data[: scan + 8]) == facts_in("jpeg", data)
    assert not begins_with_its_facts(data[: scan - 8])
    assert not begins_with_its_facts(b"")


@given(st.binary(max_size=400), st.sampled_from(["jpeg", "png", "webp", "tiff", "gif", "avif", "heic", "bmp", "ico"]))
@settings(max_examples=60, deadline=None)
def test_bytes_of_any_kind_are_no_error(data: bytes, format: str) -> None:
    assert facts_in(format, data)[1] is None
    assert facts_in_sidecar(data) in (None, UNKNOWN)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_damaged_blocks_are_no_error(data: st.DataObject) -> None:
    whole = bytearray(with_iptc((5, b"Title"), (25, b"word")))
    segment = b"Exif\0\0" + CAMERA.tobytes()[6:]
    whole[2:2] = b"\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment
    for _ in range(data.draw(st.integers(1, 20))):
        whole[data.draw(st.integers(2, 300))] = data.draw(st.integers(0, 255))
    found, _ = facts_in("jpeg", bytes(whole))
    assert isinstance(found, Facts)

"""Several settings of one describer side by side: each has a name of its own, everywhere the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from lookalike import Library
from lookalike.describe import DESCRIBERS
from lookalike.errors import BadQuery, BadSetting, SpaceMismatch, UnknownName
from lookalike.search.components import by_name
from lookalike.search.ingest.options import Options
from lookalike.search.ranking.channels import channels_of

FIRST, SECOND = "pca:components=3:size=8", "pca:components=2:of=hog"


def names(*words: str) -> list[str]:
    return list(by_name([DESCRIBERS.spelled(each) for each in words]))


def weights(by: dict[str, float] | None, *words: str) -> dict[str, float]:
    channels = channels_of([DESCRIBERS.spelled(each) for each in words], by)
    return {channel.name: channel.weight for channel in channels}


@pytest.fixture
def settings(library: Library, folder: Path) -> Library:
    """A library of the five pictures by two principal components, the second added to the first."""
    library.index(folder, describers=[FIRST], local=False)
    library.index(folder, describers=["pca:of=hog:components=2"])
    return library


def test_a_describer_of_which_there_is_one_is_called_by_its_name_whatever_its_settings() -> None:
    assert names("phash:size=16", "histogram", "palette:colours=4") == ["phash", "histogram", "palette"]
    assert names("phash:size=16", "phash:size=16") == ["phash"]


def test_settings_of_one_describer_are_called_by_what_is_not_the_default() -> None:
    assert names("phash:size=16", "histogram:bins=4", "phash", "phash:size=12") == [
        "phash:size=16",
        "histogram",
        "phash",
        "phash:size=12",
    ]


def test_default_weights_are_those_of_plain_names() -> None:
    assert weights(None, "phash:size=16", "histogram") == {"phash": 0.25, "histogram": 0.1}
    assert weights(None, "phash", "phash:size=16", "histogram") == {"phash": 0.25, "phash:size=16": 0, "histogram": 0.1}
    assert weights(None, "phash:size=12", "phash:size=16") == {"phash:size=12": 1, "phash:size=16": 1}


def test_components_of_the_networks_vectors_count_as_the_network_where_it_is_not_there() -> None:
    reduced, smaller = "pca:components=256:of=convnet:whiten=no", "pca:components=64:of=convnet"
    assert weights(None, reduced, "phash", "histogram") == {"pca": 1, "phash": 0.25, "histogram": 0.1}
    both = names(reduced, smaller)
    assert weights(None, reduced, smaller, "phash") == {**dict.fromkeys(both, 0.5), "phash": 0.25}
    assert weights(None, "convnet", reduced, "phash") == {"convnet": 1, "pca": 0, "phash": 0.25}
    assert weights(None, "pca:components=256:of=hog:whiten=no", "phash") == {"pca": 0, "phash": 0.25}


def test_a_plain_name_means_the_default_settings_and_else_the_only_ones() -> None:
    assert weights({"phash": 2}, "phash", "phash:size=16") == {"phash": 2}
    assert weights({"phash": 2}, "phash:size=16", "histogram") == {"phash": 2}
    with pytest.raises(BadQuery, match="'phash' with several settings: name one of phash:size=12, phash:size=16"):
        weights({"phash": 2}, "phash:size=12", "phash:size=16")


def test_settings_are_found_however_they_are_spelled() -> None:
    assert weights({FIRST: 1}, FIRST) == {"pca": 1}
    both = FIRST, SECOND
    assert weights({"pca:of=hog:components=2": 1, "pca:size=8:components=3:seed=0": 0.5}, *both) == {
        SECOND: 1,
        FIRST: 0.5,
    }


@pytest.mark.parametrize(
    ("words", "error", "told"),
    [
        ("pca:of=hog", SpaceMismatch, "only pca:components=2:of=hog, pca:components=3:size=8; add"),
        ("pcb:of=hog", UnknownName, "did you mean 'pca'"),
        ("pca:parts=2", BadSetting, "no field 'parts'"),
    ],
)
def test_settings_that_are_not_there_say_what_is(words: str, error: type[Exception], told: str) -> None:
    with pytest.raises(error, match=told):
        weights({words: 1}, FIRST, SECOND)


def test_both_settings_are_asked_and_neither_hides_the_other(settings: Library, folder: Path) -> None:
    both = settings.search(folder / "2.png")
    assert both.weights == {FIRST: 1, SECOND: 1}
    alone = {name: settings.search(folder / "2.png", by={name: 1}) for name in (FIRST, SECOND)}
    for name, found in alone.items():
        assert set(found[0].channels) == {name}
        own = {hit.record.path: hit.channels[name] for hit in found}
        assert own == pytest.approx({hit.record.path: hit.channels[name] for hit in both})
    ranks = [[hit.score for hit in found] for found in alone.values()]
    assert ranks[0] != pytest.approx(ranks[1])


def test_the_name_is_the_same_in_reasons_pages_and_status(settings: Library, folder: Path, tmp_path: Path) -> None:
    assert [held.name for held in settings.status().spaces] == [FIRST, SECOND]
    results = settings.search(folder / "2.png", k=5)
    told = " ".join(hit.why for hit in results)
    assert FIRST + " " in told or SECOND + " " in told
    assert "(pca " not in told
    _, shown = results._illustrate(results)
    assert [set(each.explanations) for each in shown[1:]] == [{FIRST, SECOND}] * 4
    page = results.save_html(tmp_path / "page.html").read_text()
    assert f"<h3>{FIRST}</h3>" in page
    assert f"<h3>{SECOND}</h3>" in page


def test_each_setting_is_calibrated_by_itself_and_finds_dupes(settings: Library, folder: Path) -> None:
    for number in (0, 1):
        with Image.open(folder / f"{number}.png") as image:
            image.transpose(Image.Transpose.ROTATE_90).save(folder / f"turned {number}.png")
    settings.index(folder)
    fitted = settings.calibrate(by={SECOND: 1}, originals=3, options=Options(workers=1))
    assert fitted is not None
    assert settings.search(folder / "2.png", by={SECOND: 1})[-1].probability is not None
    assert settings.search(folder / "2.png", by={FIRST: 1})[-1].probability is None
    settings.dupes(precision=0.5, by={SECOND: 1})
    with pytest.raises(BadQuery, match="run `lookalike calibrate`"):
        settings.dupes(precision=0.5, by={FIRST: 1})

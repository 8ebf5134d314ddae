"""What is learned is judged on groups that taught nothing, kept only where it helps, and reverted when asked."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from lookalike import Library
from lookalike.errors import BadQuery, SpaceMismatch, UnknownName
from lookalike.search.ranking.channels import Channel
from lookalike.search.tuning.evidence import Evidence, of_judgements
from lookalike.search.tuning.profile import Profile, check_name, profile_of
from lookalike.search.tuning.stacking import stacked, weighed
from lookalike.search.tuning.tune import map_at_r, tuned
from lookalike.types import Space


@dataclass(frozen=True)
class Named:
    name: str

    @property
    def space(self) -> Space:
        return Space(self.name, f"digest of {self.name}", 4, "cosine")


def evidence(strength: dict[str, float], seed: int = 0, groups: int = 12, each: int = 6) -> Evidence:
    """Channels that tell groups apart by so much, beside noise."""
    rng = np.random.default_rng(seed)
    of = np.repeat(np.arange(groups), each)
    same = of[:, None] == of[None]
    near = {}
    for name, amount in strength.items():
        noise = rng.normal(0, 0.2, same.shape)
        near[name] = np.clip(0.4 + amount * same + (noise + noise.T) / 2, 0, 1).astype(np.float32)
    channels = [Channel(Named(name), 1.0, name) for name in strength]
    return Evidence(near, near, same, ~np.eye(len(of), dtype=bool), of, "classes", channels)


def test_the_channel_that_tells_gets_the_weight_and_noise_gets_none() -> None:
    known = evidence({"convnet": 0.02, "histogram": 0.3, "phash": 0.0})
    weights = stacked(known, np.ones(72, bool), np.random.default_rng(0))
    assert sum(weights.values()) == pytest.approx(1)
    assert weights["histogram"] > 0.7
    assert all(weight > 0 for weight in weights.values())


def test_a_channel_against_is_left_out() -> None:
    known = evidence({"convnet": 0.2, "histogram": -0.2})
    assert list(stacked(known, np.ones(72, bool), np.random.default_rng(0))) == ["convnet"]


def test_a_profile_is_kept_where_it_helps_for_sure() -> None:
    found = tuned(evidence({"convnet": 0.02, "histogram": 0.3, "phash": 0.0}), np.random.default_rng(0), [])
    assert found.profile is not None
    assert found.chosen[1] > 0
    assert found.profile.weights["histogram"] > 0.7
    assert found.profile.digests["histogram"] == "digest of histogram"
    assert found.ways[1].value > found.ways[0].value


def test_the_default_stays_where_nothing_helps() -> None:
    found = tuned(evidence({"convnet": 0.3, "phash": 0.0, "histogram": 0.0}, seed=1), np.random.default_rng(0), [])
    by_luck = tuned(evidence({"convnet": 0.0, "phash": 0.0, "histogram": 0.0}, seed=2), np.random.default_rng(0), [])
    assert by_luck.profile is None
    assert found.default > by_luck.default


def test_labels_of_a_fold_teach_nothing_about_it() -> None:
    """Where classes are told by chance alone, training on itself seems to gain, and this does not."""
    rng = np.random.default_rng(3)
    known = evidence({f"channel {at}": 0.0 for at in range(30)}, seed=3, groups=6, each=4)
    found = tuned(known, rng, [])
    on_itself = stacked(known, np.ones(24, bool), rng)
    values = [
        map_at_r(np.argsort(-weighed(known.asked, on_itself)[at][known.counted[at]]), right[known.counted[at]])
        for at, right in enumerate(known.right)
    ]
    assert np.mean(values) > found.ways[1].value + 0.05


def test_groups_that_are_too_few_are_refused() -> None:
    with pytest.raises(BadQuery, match="give questions of 3 group"):
        tuned(evidence({"convnet": 0.3}, groups=3), np.random.default_rng(0))


def test_map_at_r_counts_the_first_r() -> None:
    right = np.array([True, False, True, False])
    assert map_at_r(np.array([0, 2, 1, 3]), right) == 1
    assert map_at_r(np.array([0, 1, 2, 3]), right) == 0.5
    assert map_at_r(np.array([1, 0, 2, 3]), right) == 0.25


def test_a_library_is_tuned_listed_searched_and_reverted(of_classes: Library, tmp_path: Path) -> None:
    found = of_classes.tune("hues", source="folder")
    assert found is not None
    assert found.profile is not None
    assert list(of_classes.profiles()) == ["hues"]
    assert of_classes.profiles()["hues"] == found.profile
    asked = tmp_path / "hues" / "hue 3" / "2.png"
    results = of_classes.search(asked, profile="hues", k=6)
    assert results.weights["histogram"] == pytest.approx(found.profile.weights["histogram"])
    plain = of_classes.search(asked, k=6)
    own = [sum(Path(one.path).parent == asked.parent for one in some) for some in (results, plain)]
    assert own[0] >= own[1]
    of_classes.tune("hues", source="folder", seed=1)
    assert of_classes.revert_profile("hues")
    assert of_classes.profiles()["hues"] == found.profile
    assert not of_classes.revert_profile("hues")
    assert of_classes.profiles() == {}
    with pytest.raises(UnknownName):
        of_classes.revert_profile("hues")
    with pytest.raises(BadQuery, match="has no profile 'hues'"):
        of_classes.search(asked, profile="hues")


def test_a_profile_of_a_describer_that_is_gone_is_a_clear_error(of_classes: Library, tmp_path: Path) -> None:
    known = Profile({"gist": 1.0}, {"gist": "0"}, None, "copies", 1, 0.5, (0.1, 0.05, 0.2))
    changed = Profile({"phash": 1.0}, {"phash": "0"}, None, "copies", 1, 0.5, (0.1, 0.05, 0.2))
    from lookalike.store import open_store

    store = open_store(of_classes.folder)
    with store.writing(), store.transaction():
        store.lessons.put_profile("away", known.to_json())
        store.lessons.put_profile("changed", changed.to_json())
    with pytest.raises(SpaceMismatch, match=r"counts on 'gist'.*index PATH --describer gist"):
        of_classes.search(tmp_path / "hues" / "hue 3" / "2.png", profile="away")
    with pytest.raises(SpaceMismatch, match="another version of 'phash'"):
        profile_of(store, "changed", of_classes._describers())
    store.close()
    with pytest.raises(BadQuery, match="a profile has weights of its own"):
        of_classes.search(tmp_path / "hues" / "hue 3" / "2.png", profile="away", by="phash")


def test_a_profile_reads_what_it_wrote() -> None:
    one = Profile({"phash": 1.0}, {"phash": "0"}, "diffusion", "copies", 9, 0.5, (0.1, 0.05, 0.2))
    other = Profile({"convnet": 1.0}, {"convnet": "0"}, None, "labels", 7, 0.4, (0.2, 0.1, 0.3))
    assert Profile.of_json(one.to_json()) == one
    assert Profile.of_json(one.to_json(other.to_json())) == one
    assert Profile.of_json(json.dumps(json.loads(one.to_json(other.to_json()))["before"])) == other


@pytest.mark.parametrize("name", ["", "a b", "../x", "x" * 65])
def test_a_name_is_plain(name: str) -> None:
    with pytest.raises(BadQuery, match="a profile has a name of letters"):
        check_name(name)


def test_judgements_teach_and_their_absence_is_said(of_classes: Library, tmp_path: Path) -> None:
    with pytest.raises(BadQuery, match="nothing was judged yet"):
        of_classes.tune(source="judgements")
    hues = tmp_path / "hues"
    for hue in range(5):
        own, other = hues / f"hue {hue}", hues / f"hue {hue + 1}"
        asked = of_classes.search(own / "0.png", k=1)
        of_classes.judgements.keep(asked.question, [own / "1.png", own / "2.png"], [other / "0.png", other / "1.png"])
    channels = [Channel(each, 1.0) for each in of_classes._describers()]
    known = of_judgements(of_classes.store, channels)
    assert len(np.unique(known.groups)) == 5
    assert len(known.groups) == 15  # what was asked about is one of those that it is like
    assert (known.right & known.counted).sum(axis=1).tolist() == [2] * 15
    assert (~known.right & known.counted).sum(axis=1).tolist() == [2] * 15
    assert of_classes.tune(source="auto").source == "judgements"


def test_a_re_ranker_changes_the_order_and_no_score(of_classes: Library, tmp_path: Path) -> None:
    from lookalike import Query

    asked = tmp_path / "hues" / "hue 3" / "2.png"
    plain, again = (of_classes.answer(Query((asked,), k=48, rerank=rerank)) for rerank in (None, "diffusion"))
    assert [one.path for one in plain] != [one.path for one in again]
    assert {one.path: one.score for one in plain} == {one.path: one.score for one in again}
    with pytest.raises(UnknownName):
        of_classes.answer(Query((asked,), rerank="no_such_way"))


def test_objects_and_the_folders_below_one_teach_as_classes_do(of_classes: Library, tmp_path: Path) -> None:
    hues = tmp_path / "hues"
    found = of_classes.tune("hues", source=f"folder:{hues}")
    assert (found.groups, found.source) == (8, f"classes by folder:{hues}")
    with pytest.raises(BadQuery, match="give questions of 0 group"):
        of_classes.tune(source=f"folder:{tmp_path}")  # all of it is one class
    of_classes.objects.gather("folder")
    by_object = of_classes.tune("things")
    assert (by_object.groups, by_object.source) == (8, "classes by object")
    assert by_object.profile is not None

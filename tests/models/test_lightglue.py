"""The network against kornia's, on drawn weights of every layout, and what it makes of other checkpoints."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from lookalike.errors import WeightsError
from lookalike.models.lightglue import LAYOUTS, NEVER, Layout, LightGlue, placed

Tensors = dict[str, NDArray[np.float32]]
SIZES = ((640, 480), (500, 600))


def drawn(layout: Layout, *, old: bool = False) -> Tensors:
    """Weights as a checkpoint names them, of the first generation or of today."""
    rng = np.random.default_rng(0)
    width = layout.width
    tensors: Tensors = {}

    def linear(name: str, out: int, inward: int, gain: float = 1.0, shift: float = 0.0) -> None:
        tensors[f"{name}.weight"] = (rng.normal(size=(out, inward)) * gain / np.sqrt(inward)).astype(np.float32)
        tensors[f"{name}.bias"] = rng.normal(shift, 0.1, out).astype(np.float32)

    def update(name: str) -> None:
        linear(f"{name}.0", 2 * width, 2 * width)
        tensors[f"{name}.1.weight"] = rng.uniform(0.8, 1.2, 2 * width).astype(np.float32)
        tensors[f"{name}.1.bias"] = rng.normal(0, 0.1, 2 * width).astype(np.float32)
        linear(f"{name}.3", width, 2 * width, 0.3)

    if layout.dim != width:
        linear("input_proj", width, layout.dim, 3)
    tensors["posenc.Wr.weight"] = rng.normal(size=(width // layout.heads // 2, 2)).astype(np.float32)
    for number in range(layout.layers):
        within, between = (
            f"{kind}.{number}" if old else f"transformers.{number}.{kind}" for kind in ("self_attn", "cross_attn")
        )
        linear(f"{within}.Wqkv", 3 * width, width)
        linear(f"{within}.out_proj", width, width)
        update(f"{within}.ffn")
        for part in ("to_qk", "to_v", "to_out"):
            linear(f"{between}.{part}", width, width)
        update(f"{between}.ffn")
        linear(f"log_assignment.{number}.matchability", 1, width, 2, 2)
        linear(f"log_assignment.{number}.final_proj", width, width, 3)
        if number < layout.layers - 1:
            linear(f"token_confidence.{number}.token.0", 1, width, 6, 2)
    return tensors


def features(layout: Layout) -> list[tuple[NDArray[np.float32], NDArray[np.float32]]]:
    """Places and unit rows of two pictures, a third of them much the same."""
    rng = np.random.default_rng(1)
    rows = [rng.normal(size=(k, layout.dim)) for k in (90, 70)]
    rows[1][:30] = rows[0][:30] + 0.2 * rng.normal(size=(30, layout.dim))
    places = [rng.uniform((0, 0), size, (len(each), 2)) for each, size in zip(rows, SIZES, strict=True)]
    return [
        (xy.astype(np.float32), (each / np.linalg.norm(each, axis=1, keepdims=True)).astype(np.float32))
        for xy, each in zip(places, rows, strict=True)
    ]


def by_kornia(tensors: Tensors, layout: Layout, enough: float, unmatched: float) -> tuple[NDArray[np.float32], int]:
    """(ka, kb) probability of each match that it finds, and how many layers it took."""
    kornia = pytest.importorskip("kornia.feature.lightglue")
    network = kornia.LightGlue(
        None,
        input_dim=layout.dim,
        descriptor_dim=layout.width,
        n_layers=layout.layers,
        num_heads=layout.heads,
        flash=False,
        filter_threshold=0.0,
        depth_confidence=enough if enough < NEVER else -1,
        width_confidence=unmatched if unmatched < NEVER else -1,
    )
    state = {name: torch.from_numpy(tensor) for name, tensor in tensors.items()}
    lacking = network.load_state_dict(state, strict=False)
    assert set(lacking.missing_keys) <= {"confidence_thresholds"}
    assert not lacking.unexpected_keys
    pictures = {
        f"image{at}": {
            "keypoints": torch.from_numpy(xy)[None],
            "descriptors": torch.from_numpy(rows)[None],
            "image_size": torch.tensor([SIZES[at]]),
        }
        for at, (xy, rows) in enumerate(features(layout))
    }
    with torch.inference_mode():
        out = network.eval()(pictures)
    found = np.zeros((90, 70), np.float32)
    rows, columns = out["matches"][0].numpy().T
    found[rows, columns] = out["scores"][0].numpy()
    return found, int(out["stop"])


def ours(network: LightGlue, layout: Layout, enough: float, unmatched: float) -> NDArray[np.float32]:
    a, b = ((placed(xy, size), rows) for (xy, rows), size in zip(features(layout), SIZES, strict=True))
    return network.assignment(a, b, enough=enough, unmatched=unmatched)


@pytest.mark.parametrize("kind", ["xfeat", "aliked", "superpoint"])
@pytest.mark.parametrize(("enough", "unmatched"), [(NEVER, NEVER), (NEVER, 0.6), (0.5, NEVER), (0.8, 0.5)])
def test_it_agrees_with_kornia(kind: str, enough: float, unmatched: float) -> None:
    layout = replace(LAYOUTS[kind], layers=4)
    expected, layers = by_kornia(drawn(layout), layout, enough, unmatched)
    found = ours(LightGlue.of(drawn(layout), layout), layout, enough, unmatched)
    where = expected > 0
    assert where.sum() > 5
    np.testing.assert_allclose(found[where], expected[where], atol=1e-4)
    mutual = (found == found.max(axis=1, keepdims=True)) & (found == found.max(axis=0)) & (found > 0)
    np.testing.assert_array_equal(mutual, where)
    if enough == 0.5:
        assert layers == 2
    if kind != "superpoint" and unmatched < NEVER:
        assert found.any(axis=1).sum() < 90


def test_both_generations_of_names_are_one_network() -> None:
    layout = replace(LAYOUTS["disk"], layers=2)
    old = drawn(layout, old=True) | {f"log_assignment.{number}.r": np.ones(1, np.float32) for number in range(2)}
    found = [ours(LightGlue.of(each, layout), layout, NEVER, NEVER) for each in (old, drawn(layout))]
    np.testing.assert_array_equal(*found)


def test_the_extractor_in_a_checkpoint_of_lighterglue_is_passed_over() -> None:
    layout = replace(LAYOUTS["xfeat"], layers=2)
    whole = {f"matcher.{name}": tensor for name, tensor in drawn(layout).items()}
    whole["extractor.model.net.skip1.1.bias"] = np.zeros(24, np.float32)
    found = [ours(LightGlue.of(each, layout), layout, NEVER, NEVER) for each in (whole, drawn(layout))]
    np.testing.assert_array_equal(*found)


@pytest.mark.parametrize("name", ["posenc.Wr.weight", "token_confidence.0.token.0.bias", "log_assignment.1.r2"])
def test_a_checkpoint_that_is_not_whole_or_holds_more_is_refused(name: str) -> None:
    layout = replace(LAYOUTS["aliked"], layers=2)
    tensors = drawn(layout)
    other = {key: tensor for key, tensor in tensors.items() if key != name}
    if name not in tensors:
        other[name] = np.zeros(1, np.float32)
    with pytest.raises(WeightsError, match="not of LightGlue"):
        LightGlue.of(other, layout)


def test_weights_for_features_of_another_kind_are_refused() -> None:
    with pytest.raises(WeightsError, match="not of LightGlue"):
        LightGlue.of(drawn(replace(LAYOUTS["aliked"], layers=2)), replace(LAYOUTS["xfeat"], layers=2))

"""What is drawn lies where it should, and is well-formed."""

import xml.etree.ElementTree as Tree

import numpy as np
import pytest

from lookalike.evaluate import plots


def test_a_line_runs_from_corner_to_corner_and_a_long_one_keeps_its_ends():
    x = np.linspace(0, 1, 5000)
    drawn = Tree.fromstring(plots.curves({"a <b>": (x, x)}, across="recall", up="precision"))
    (line,) = drawn.iter("polyline")
    points = [tuple(map(float, point.split(","))) for point in line.get("points").split()]
    assert len(points) <= plots.POINTS
    assert points[0] == (plots.LEFT, plots.HEIGHT - plots.BOTTOM)
    assert points[-1] == (plots.WIDTH - plots.RIGHT, plots.TOP)
    assert line.find("title").text == "a <b>"


def test_points_stand_by_the_logarithm_of_their_cost():
    drawn = Tree.fromstring(plots.scatter({"a": (1, 0.2), "b": (10, 0.2), "c": (100, 0.9)}, across="ms", up="ap"))
    places = [(float(dot.get("cx")), float(dot.get("cy"))) for dot in drawn.iter("circle")]
    assert places[1][0] - places[0][0] == pytest.approx(places[2][0] - places[1][0], abs=0.2)
    assert places[2][1] < places[0][1]


def test_one_method_alone_can_be_drawn():
    assert "circle" in plots.scatter({"a": (0.0, 1.0)}, across="ms", up="ap")


def test_a_bar_is_as_long_as_its_value_and_its_whisker_as_the_interval():
    drawn = Tree.fromstring(plots.bars([(0.5, 0.25, 0.75)]))
    (fill,) = (bar for bar in drawn.iter("rect") if "fill" in bar.get("class"))
    (whisker,) = drawn.iter("line")
    assert float(fill.get("width")) == 60
    assert (float(whisker.get("x1")), float(whisker.get("x2"))) == (30, 90)


def test_intervals_share_one_scale_and_stand_in_the_order_given():
    values = {"a <b>": (0.42, 0.3, 0.5), "c": (0.6, 0.55, 0.71)}
    drawn = Tree.fromstring(plots.intervals(values, across="MAP@R"))
    dots = [(float(dot.get("cx")), float(dot.get("cy"))) for dot in drawn.iter("circle")]
    lines = list(drawn.iter("line"))
    scale = [float(line.get("x1")) for line in lines if line.get("class") == "grid"]
    whiskers = [(float(line.get("x1")), float(line.get("x2"))) for line in lines if line.get("class") == "whisker"]
    assert dots[0][1] < dots[1][1]
    for (value, low, high), (x, _), ends in zip(values.values(), dots, whiskers, strict=True):
        for share, at in ((value, x), (low, ends[0]), (high, ends[1])):
            assert at == pytest.approx(scale[0] + (share - 0.3) / 0.5 * (scale[1] - scale[0]), abs=0.2)
    texts = [text.text for text in drawn.iter("text")]
    assert {"a <b>", "c", "0.3", "0.8", "MAP@R"} <= set(texts)

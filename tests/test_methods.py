"""Every method has a page of its own, made of its class."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parents[1] / "scripts" / "methods.py"


@pytest.fixture(scope="module")
def methods() -> ModuleType:
    pytest.importorskip("mkdocs")
    found = importlib.util.spec_from_file_location("methods_of_docs", SCRIPT)
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def test_a_page_says_what_a_method_does_where_it_is_from_and_what_may_be_set(methods: ModuleType) -> None:
    for title, table, command in methods.GROUPS:
        for name in table:
            component = table.load(name)
            page = "\n".join(methods.page(name, component, command))
            assert page.startswith(f"# {name}\n")
            assert len(methods.summary(component)) > 10, (title, name)
            if getattr(component, "source", ""):
                assert f"Source: {component.source}." in page
            if command:
                assert command.format(name=name) in page


def test_parameters_come_with_their_defaults_and_words(methods: ModuleType) -> None:
    from lookalike.describe import DESCRIBERS
    from lookalike.local import EXTRACTORS

    page = "\n".join(methods.page("lbp", DESCRIBERS.load("lbp"), ""))
    assert "| `radii` | `(1, 2, 3)` | px; each has" in page
    assert "surface like?](../../tour/textures.md)" in page
    inherited = "\n".join(methods.page("sift", EXTRACTORS.load("sift"), ""))
    assert "| `max_keypoints` |" in inherited
    assert "Keypoints, the most that are kept." in inherited

"""Hook of mkdocs: a page for each method, made of its class: what it does, its paper, its parameters, a command."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from lookalike.describe import DESCRIBERS
from lookalike.index import INDEXES, SET_INDEXES
from lookalike.local import DETECTORS, EXTRACTORS
from lookalike.match import LOCATORS, MATCHERS, VERIFIERS
from lookalike.registry import Table, settable
from lookalike.search.ranking.fuse import FUSERS

TOUR: Final = Path(__file__).resolve().parents[1] / "docs" / "tour"
GROUPS: Final[tuple[tuple[str, Table[Any], str], ...]] = (
    ("Describers", DESCRIBERS, "lookalike index FOLDER --describer {name}"),
    ("Detectors", DETECTORS, "lookalike show keypoints a.jpg -o keypoints.png"),
    ("Local features", EXTRACTORS, "lookalike match a.jpg b.jpg --local {name}"),
    ("Matchers", MATCHERS, "lookalike match a.jpg b.jpg --with {name}"),
    ("Verifiers", VERIFIERS, ""),
    ("Template search", LOCATORS, "lookalike locate template.png picture.png --engine {name}"),
    ("Fusion", FUSERS, "lookalike search a.jpg --fuse {name}"),
    ("Indexes of vectors", INDEXES, ""),
    ("Indexes of local features", SET_INDEXES, ""),
)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Adds the pages, and one that lists them."""
    lines = ["# Methods", "", "Each is a file of its own; its page is made of its docstrings.", ""]
    for title, table, command in GROUPS:
        lines += [f"## {title}", ""]
        for name in table:
            component = table.load(name)
            path = f"methods/{title.lower().replace(' ', '-')}/{name}.md"
            files.append(File.generated(config, path, content="\n".join(page(name, component, command))))
            lines.append(f"- [`{name}`]({path}) {summary(component)}")
        lines.append("")
    files.append(File.generated(config, "methods.md", content="\n".join(lines)))
    return files


def page(name: str, component: type, command: str) -> Iterator[str]:
    """Lines of Markdown."""
    yield from (f"# {name}", "", inspect.cleandoc(inspect.getdoc(component) or ""), "")
    module = inspect.getmodule(component)
    about = inspect.cleandoc(module.__doc__ or "") if module else ""
    yield from (about, "") if about else ()
    if source := getattr(component, "source", ""):
        yield from (f"Source: {source}.", "")
    fields = settable(component) if dataclasses.is_dataclass(component) else []
    told = {name: text for base in reversed(component.__mro__) for name, text in attributes(base).items()}
    if fields:
        yield from ("| parameter | default | |", "|---|---|---|")
        for field in fields:
            default = "" if field.default is dataclasses.MISSING else f"`{field.default}`"
            yield f"| `{field.name}` | {default} | {' '.join(told.get(field.name, '').split()).replace('|', '/')} |"
        yield ""
    if command:
        yield from ("```sh", command.format(name=name), "```", "")
    if seen := ", ".join(f"[{title}](../../tour/{file})" for title, file in pages_of_tour(name)):
        yield f"In pictures: {seen}."


def summary(component: type) -> str:
    """First sentence of what it does."""
    text = " ".join((inspect.getdoc(component) or "").split())
    return text.split(". ")[0].rstrip(".")


def attributes(component: type) -> dict[str, str]:
    """Docstrings that stand below the fields of a class."""
    try:
        (tree,) = ast.parse(inspect.cleandoc("\n" + inspect.getsource(component))).body
    except (OSError, TypeError, ValueError):
        return {}
    found: dict[str, str] = {}
    body = tree.body if isinstance(tree, ast.ClassDef) else []
    for before, node in pairwise(body):
        text = node.value if isinstance(node, ast.Expr) else None
        if isinstance(before, ast.AnnAssign) and isinstance(before.target, ast.Name) and isinstance(text, ast.Constant):
            found[before.target.id] = str(text.value)
    return found


def pages_of_tour(name: str) -> Iterator[tuple[str, str]]:
    """Pages of the tour that name the method."""
    for file in sorted(TOUR.glob("*.md")):
        text = file.read_text("utf-8")
        if re.search(rf"`{re.escape(name)}[`:]", text):
            yield text.splitlines()[0].lstrip("# "), file.name

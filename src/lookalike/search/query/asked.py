"""Parts of a query, opened: what each is, how much it counts, and what answers call it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from lookalike.errors import BadQuery
from lookalike.search.query.parts import Colours, Part, Pictures, Text
from lookalike.search.query.query import Query, sorted_by_kind
from lookalike.search.query.source import Sample, Source
from lookalike.search.query.texts import PREFIX, labelled
from lookalike.search.query.weighted import Kind, Weighted, name_of_part
from lookalike.search.query.words import words_apart


@dataclass(frozen=True, eq=False)
class AskedPart:
    """A part, and its weight, beside the 1 of parts that have none of their own; `label` as the question writes it."""

    part: Part
    kind: Kind
    label: str
    weight: float = 1.0


@dataclass(frozen=True, eq=False)
class AskedWords:
    """Words that are asked for as they stand."""

    text: str
    label: str
    weight: float = 1.0


@dataclass(frozen=True, eq=False)
class Asked:
    """The whole of a question: `samples` are the pictures that answers should be like, upright; `views` as asked."""

    plus: tuple[AskedPart, ...]
    minus: tuple[AskedPart, ...]
    words: tuple[AskedWords, ...]
    samples: tuple[Sample, ...]
    views: tuple[Sample, ...]

    @property
    def is_mixed(self) -> bool:
        """Whether it has more than one part."""
        return len(self.plus) + len(self.minus) + len(self.words) > 1

    @property
    def key(self) -> str:
        """The question as judgements name it: a line for each part that answers should be like, sorted."""
        pictures = [sample.sha256 or sample.label for sample in self.samples]
        said = [each.label for each in self.plus if each.kind != "picture"]
        return "\n".join(sorted([*pictures, *said, *(words.text for words in self.words)]))

    @property
    def texts(self) -> tuple[str, ...]:
        """Texts that answers should be like."""
        return tuple(each.part.text for each in self.plus if isinstance(each.part, Text))


def asked(query: Query, opened: Callable[[Source], Sample], unlike: Callable[[Source], Sample]) -> Asked:
    """The query with its pictures opened, those of its minus by `unlike`; raises where one cannot be."""
    names = iter(query.names)
    samples = [_named(opened(view), names) for view in query.views]
    plus = [AskedPart(_pictures(samples, query), "picture", _together(samples))] if samples else []
    plus += [AskedPart(Text(text, query.lang), "text", labelled(text)) for text in query.texts]
    plus += [AskedPart(Colours(text), "colours", text) for text in query.colours]
    words = [AskedWords(text, text) for text in query.words]
    minus = _unlike(query, lambda source: _named(unlike(source), names))
    for part in query.parts:
        amount = abs(part.weight)
        if part.kind == "words":
            words.append(AskedWords(str(part.source), part.written, amount))
        elif part.kind != "picture":
            (minus if part.weight < 0 else plus).append(AskedPart(_said(part, query), part.kind, part.written, amount))
        elif part.weight < 0:
            minus.append(AskedPart(Pictures([unlike(part.source)]), "picture", part.written, amount))
        else:
            samples.append(opened(part.source))
            plus.append(AskedPart(_pictures(samples[-1:], query), "picture", part.written, amount))
    views = [each for part in plus if isinstance(part.part, Pictures) for each in part.part.samples]
    return Asked(tuple(plus), tuple(minus), tuple(words), tuple(samples), tuple(views))


def _unlike(query: Query, unlike: Callable[[Source], Sample]) -> list[AskedPart]:
    if words_apart(query.minus)[0]:
        raise BadQuery("words are not taken away: leave such pictures out with --where 'not label = ...'")
    views, texts, colours = sorted_by_kind(query.minus)
    together = [unlike(view) for view in views]
    label = f"- {_together(together)}"
    return [
        *([AskedPart(Pictures(together), "picture", label)] if together else []),
        *(AskedPart(Text(text, query.lang), "text", f"- {labelled(text)}") for text in texts),
        *(AskedPart(Colours(text), "colours", f"- {text}") for text in colours),
    ]


def _named(one: Sample, names: Iterator[str]) -> Sample:
    name = next(names, "")
    return replace(one, label=name) if name else one


def _pictures(samples: Sequence[Sample], query: Query) -> Pictures:
    """Views of one thing, in any orientation where that is asked for."""
    return Pictures([view for one in samples for view in one.orientations()] if query.orientations else list(samples))


def _said(part: Weighted, query: Query) -> Part:
    source = str(part.source)
    return Text(source.removeprefix(PREFIX).strip(), query.lang) if part.kind == "text" else Colours(source)


def _together(samples: Sequence[Sample]) -> str:
    """A name for views of one thing."""
    names = [name_of_part(sample.label) for sample in samples[:1]]
    return "".join(names) + (f" and {len(samples) - 1} more" if len(samples) > 1 else "")

"""Find similar images: what kind of match, where in the picture, how sure, and why.

import lookalike

with lookalike.open("my-library") as library:
    library.index("photos")
    results = library.search("photo.jpg", k=10, where="width > 1000")
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from lookalike.callable_package import named
from lookalike.errors import (
    BadPicture,
    BadQuery,
    BadSetting,
    ChannelLeftOut,
    DatabaseLost,
    DatabaseRefused,
    FetchRefused,
    LibraryBusy,
    LibraryDamaged,
    LibraryFormat,
    LibraryMissing,
    LookalikeError,
    MissingExtra,
    NotFitted,
    OutOfSpace,
    SpaceMismatch,
    TooFew,
    TrainingFailed,
    UnknownName,
    WeightsError,
    WorkerFailed,
)

if TYPE_CHECKING:
    from lookalike.describe.function import FunctionDescriber, describer
    from lookalike.evaluate.ruler import evaluate
    from lookalike.search.compare import Comparison, compare
    from lookalike.search.default_library import open_library as open
    from lookalike.search.describe import describe
    from lookalike.search.library import Library
    from lookalike.search.locate import locate
    from lookalike.search.match import match
    from lookalike.search.query.query import Query
    from lookalike.search.query.things import Things
    from lookalike.search.query.weighted import Weighted
    from lookalike.search.results import Results
    from lookalike.types import Answer, Picture, Record

__all__ = [
    "Answer",
    "BadPicture",
    "BadQuery",
    "BadSetting",
    "ChannelLeftOut",
    "Comparison",
    "DatabaseLost",
    "DatabaseRefused",
    "FetchRefused",
    "FunctionDescriber",
    "Library",
    "LibraryBusy",
    "LibraryDamaged",
    "LibraryFormat",
    "LibraryMissing",
    "LookalikeError",
    "MissingExtra",
    "NotFitted",
    "OutOfSpace",
    "Picture",
    "Query",
    "Record",
    "Results",
    "SpaceMismatch",
    "Things",
    "TooFew",
    "TrainingFailed",
    "UnknownName",
    "Weighted",
    "WeightsError",
    "WorkerFailed",
    "compare",
    "describe",
    "describer",
    "evaluate",
    "locate",
    "match",
    "open",
]

_LAZY = {
    "Answer": "lookalike.types:Answer",
    "Comparison": "lookalike.search.compare:Comparison",
    "FunctionDescriber": "lookalike.describe.function:FunctionDescriber",
    "Library": "lookalike.search.library:Library",
    "Picture": "lookalike.types:Picture",
    "Query": "lookalike.search.query.query:Query",
    "Record": "lookalike.types:Record",
    "Results": "lookalike.search.results:Results",
    "Weighted": "lookalike.search.query.weighted:Weighted",
    "Things": "lookalike.search.query.things:Things",
    "compare": "lookalike.search.compare:compare",
    "describer": "lookalike.describe.function:describer",
    "locate": "lookalike.search.locate:locate",
    "open": "lookalike.search.default_library:open_library",
}
_PACKAGES = ("describe", "evaluate", "match")
"""Packages whose call is the function of their name."""


if not TYPE_CHECKING:  # a type checker would take any name for an attribute

    def __getattr__(name: str) -> Any:
        """The rest of the public API, imported when it is asked for."""
        if name in _PACKAGES:
            return import_module(f"lookalike.{name}")
        if name not in _LAZY:
            raise AttributeError(f"module 'lookalike' has no attribute {name!r}")
        return named(_LAZY[name])


def __dir__() -> list[str]:
    return sorted(__all__)

"""Find similar images: what kind of match, where in the picture, how sure, and why.

import lookalike

with lookalike.open("my-library") as library:
    library.index("photos")
    results = library.search("photo.jpg", k=10, where="width > 1000")
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from lookalike.errors import LookalikeError

if TYPE_CHECKING:
    from lookalike.search.compare import compare
    from lookalike.search.default_library import open_library as open
    from lookalike.search.library import Library
    from lookalike.search.query.query import Query
    from lookalike.search.results import Results
    from lookalike.types import Answer, Picture, Record

__all__ = ["Answer", "Library", "LookalikeError", "Picture", "Query", "Record", "Results", "compare", "open"]

_LAZY = {
    "Answer": "lookalike.types:Answer",
    "Library": "lookalike.search.library:Library",
    "Picture": "lookalike.types:Picture",
    "Query": "lookalike.search.query.query:Query",
    "Record": "lookalike.types:Record",
    "Results": "lookalike.search.results:Results",
    "compare": "lookalike.search.compare:compare",
    "open": "lookalike.search.default_library:open_library",
}


if not TYPE_CHECKING:  # a type checker would take any name for an attribute

    def __getattr__(name: str) -> Any:
        """The rest of the public API, imported when it is asked for."""
        if name not in _LAZY:
            raise AttributeError(f"module 'lookalike' has no attribute {name!r}")
        module, _, attribute = _LAZY[name].partition(":")
        return getattr(import_module(module), attribute)


def __dir__() -> list[str]:
    return sorted(__all__)

"""Which language in Latin letters a text is written in, where its small words say that it is not English."""

from __future__ import annotations

import re
from typing import Final

from lookalike.errors import BadQuery

LEAST: Final = 2
"""Different small words of another language that must stand in a text, and more than of English."""
_WORD: Final = re.compile(r"[^\W\d_]+")
_SMALL: Final = {
    "German": "der das dem den des ein eine einen einem einer und mit im auf für von zu ist sind nicht über unter vor "
    "hinter neben zwischen zwei drei rote roter rotes",
    "French": "le la les une un des du de et avec dans sur pour est sont pas sous devant derrière près deux trois au "
    "aux qui dans leur",
    "Spanish": "el la los las una un unos unas de del y con en sobre para es son sin bajo detrás cerca dos tres al",
    "Italian": "il lo gli la le una un uno di del della dello dei delle e con nel nella sul sulla per sono senza sotto "
    "due tre",
    "Dutch": "het de een en met op voor van naar zijn niet onder achter naast twee drie bij deze dit aan uit",
    "Portuguese": "o os as uma um umas uns de do da dos das e com em no na sobre para são sem sob atrás perto dois",
}
"""Words that stand in nearly every sentence; those that are English words too are not listed, but for the shortest."""
_ENGLISH: Final = (
    "a an the this that these those some any and or but of in on at to from by for with without into over under is are "
    "was were be being it its he she they his her their there as while who which what where one two three no not near "
    "next up down behind front through"
)


def check_tongue(text: str, name: str) -> None:
    """Raises `BadQuery` where the small words of a text are those of another language than English."""
    found = {word.lower() for word in _WORD.findall(text)}
    english = sum(word in _ENGLISH.split() for word in found)
    counts = {tongue: sum(word in words.split() for word in found) for tongue, words in _SMALL.items()}
    most = max(counts, key=lambda tongue: counts[tongue])
    if counts[most] >= max(LEAST, english + 1):
        short = text if len(text) <= 40 else f"{text[:40]}..."
        raise BadQuery(
            f"{name} reads English alone, and {short!r} seems to be {most}: ask in English, or add a model that reads "
            "your language (`lookalike models add`); --lang en takes the text as English whatever it looks like"
        )

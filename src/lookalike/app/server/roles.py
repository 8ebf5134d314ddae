"""Roles, and the tokens that give them."""

from __future__ import annotations

import hmac
import os
import stat
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import Final

from lookalike.errors import BadQuery

LEAST: Final = 16
"""Characters of a token: fewer could be guessed."""


class Role(IntEnum):
    """Rights, each with those before it. `OPEN` is everybody's."""

    OPEN = 0
    READ = 1
    WRITE = 2
    ADMIN = 3


NAMES: Final = {role.name.lower(): role for role in Role}
GIVEN: Final = {name: role for name, role in NAMES.items() if role}
"""Roles that a token can give."""


@dataclass(frozen=True)
class Tokens:
    """Tokens, each with its role."""

    roles: dict[str, Role] = field(default_factory=dict, repr=False)

    def __bool__(self) -> bool:
        return bool(self.roles)

    def role_of(self, token: str) -> Role | None:
        """Role that the token gives; None where it is unknown. Takes as long whichever it is."""
        found = None
        for known, role in self.roles.items():
            if hmac.compare_digest(known.encode(), token.encode("utf-8", "replace")):
                found = role
        return found


def tokens_in(path: Path) -> Tokens:
    """Tokens in a file of ROLE TOKEN lines; raises `BadQuery` where others may read it, or a line is odd."""
    try:
        with open(path, encoding="utf-8") as file:
            if os.name == "posix" and os.fstat(file.fileno()).st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise BadQuery(f"others may read the tokens in {str(path)!r}: run `chmod 600` on it", path=str(path))
            lines = file.read().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadQuery(f"cannot read tokens from {str(path)!r}: {error}", path=str(path)) from error
    rows = [(number, line.split()) for number, line in enumerate(lines, 1) if line.strip() and line[0] != "#"]
    roles = dict(_row(number, words, path) for number, words in rows)
    if len(roles) < len(rows):
        raise BadQuery(f"a token stands twice in {str(path)!r}: leave one out", path=str(path))
    if not roles:
        raise BadQuery(f"{str(path)!r} holds no token: write lines such as `read TOKEN`", path=str(path))
    return Tokens(roles)


def _row(number: int, words: list[str], path: Path) -> tuple[str, Role]:
    where = f"line {number} of {str(path)!r}"
    if len(words) != 2 or words[0] not in GIVEN:
        raise BadQuery(f"{where} is not ROLE TOKEN, with a role of {', '.join(GIVEN)}", path=str(path))
    if len(words[1]) < LEAST:
        raise BadQuery(
            f"the token in {where} has {len(words[1])} characters and can be guessed: take {LEAST} or more, such as "
            "`openssl rand -hex 16` prints",
            path=str(path),
        )
    return words[1], GIVEN[words[0]]

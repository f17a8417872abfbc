"""The usual values of a rule's clause, as patterns: all that one matches are answered alike.

So a unit of values that are different in each (names, numbers, amounts, dates of birth) is found usual in one match.
What no pattern is known of is asked value by value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from hpedi.acceptance.checks.screen import Usual, from_day
from hpedi.x12.events import Delimiters

_POSITIVE: Final = Usual(r"0*[1-9][0-9]*(?:\.[0-9]*)?|0*\.0*[1-9][0-9]*")
_ZERO: Final = Usual(r"0+(?:\.0*)?|\.0+")
SIGNS: Final = (_POSITIVE, _ZERO)
"""Numbers above 0, and 0."""
_DAY: Final = re.compile("[0-9]{8}")
_TOKEN: Final = re.compile(
    r"\\[. -]|(?P<digit>\\d)|(?P<any>\.)|[A-Za-z0-9 ,|?*+)-]|\((?:\?:)?(?!\?)|\{[0-9]*,?[0-9]*\}|\[[A-Za-z0-9 .-]+\]"
)
_PLAIN: Final = " .,-|"
"""Characters besides letters and digits that patterns name; none of these are delimiters in files that are screened."""
_MOST_CODES: Final = 40


def usual_of(verb: str, operand: str, lists: Mapping[str, frozenset[str]], *, wanted: bool) -> tuple[Usual, ...]:
    """Return the usual values of a clause.

    Args:
        verb: The clause's.
        operand: What follows it.
        lists: Named lists it may use.
        wanted: Whether it usually holds: what a rule asks for does, what makes one apply does not.
    """
    if verb in ("present", "absent", "count"):
        return (Usual(".+"),)
    if verb in ("in", "not in", "=", "!="):
        codes = [code for word in operand.split() for code in sorted(lists.get(word[1:], [word]))]
        if len(codes) > _MOST_CODES:
            return ()
        return (Usual("|".join(map(re.escape, codes)), wanted=wanted is (verb in ("in", "="))),)
    if verb in ("matches", "not matches"):
        return (Usual(operand, wanted=wanted is (verb == "matches")),)
    if verb == ">=" and _DAY.fullmatch(operand) and wanted:
        return (from_day(operand),)
    return ()


def compiled(every: tuple[Usual, ...], delimiters: Delimiters) -> str | None:
    """Return what of a segment's text matches a value that is usual in each way; None where that cannot be said."""
    if any(each.isalnum() or each in _PLAIN for each in (delimiters.element, delimiters.segment)):
        return None
    end = f"(?=[{re.escape(delimiters.element + delimiters.segment)}]|\\Z)"
    character = free(delimiters)
    parts = []
    for usual in every[:-1]:
        confined = _confined(usual.pattern, character)
        if confined is None:
            return None
        parts.append(f"(?{'=' if usual.wanted else '!'}(?:{confined}){end})")
    last = _confined(every[-1].pattern, character)
    if last is None:
        return None
    if not every[-1].wanted:
        return "".join([*parts, f"(?!(?:{last}){end}){character}+"])
    return "".join([*parts, f"(?={character})" if re.fullmatch(last, "") else "", f"(?:{last})(?!{character})"])


def free(delimiters: Delimiters) -> str:
    """Return what matches any character of a value."""
    return f"[^{re.escape(delimiters.element + delimiters.segment)}]"


def _confined(pattern: str, character: str) -> str | None:
    """Return a pattern that cannot reach beyond a value; None for one of which that is not certain."""
    made, at = "", 0
    while at < len(pattern):
        token = _TOKEN.match(pattern, at)
        if token is None:
            return None
        made += character if token["any"] else "[0-9]" if token["digit"] else token[0]
        at = token.end()
    return made

"""Write the tables of docs/acknowledgements.md: which finding refuses what, and which code is sent for what.

The tables come from the kinds of finding and from nowhere else. A code that no finding sends is listed with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from hpedi.acceptance.verdicts import Level, answered_at
from hpedi.finding_kinds import FINDING_KINDS
from hpedi.findings import FindingKind

PAGE: Final = Path(__file__).resolve().parent / "acknowledgements.md"

_SECURITY: Final = "security segments (S1S to S4E, SVA) are not taken"
_DEFERRED: Final = "deferred delivery is not offered"
NEVER_SENT: Final[Mapping[str, Mapping[str, str]]] = {
    "ta105": {
        "002": "ISA11 names no control standard in version 00501",
        "003": "an ISA12 other than 00501 is told as 017",
        "009": "a receiver that is not this payer is told as 008",
        "026": "what has no element separator behind ISA is no interchange: there is nobody to answer",
        **dict.fromkeys(("028", "029", "030", "031"), _DEFERRED),
    },
    "ak905": {
        "1": "the sets of such a group are refused one by one, IK502 1",
        "2": "the sets of such a group are refused one by one, IK502 I6 or 1",
        **dict.fromkeys(("10", "11", "12", "13", "14", "15", "16", "17", "18", "23", "24", "25", "26"), _SECURITY),
    },
    "ik502": dict.fromkeys(("8", "9", "10", "11", "12", "13", "15", "16", "17", "24", "25", "26", "27"), _SECURITY),
    "ik304": {"I8": "a segment below its minimum is missing: told as 3"},
    "ik403": {
        "11": "no code of X231A1",
        "I6": "the lists of X12 beyond the guides are not ours to ship: told as 7",
        "I11": "no guide asks for a least number of repetitions",
    },
}
"""Codes of the guides that no finding sends, and why."""

OTHERWISE_SENT: Final[Mapping[str, Mapping[str, str]]] = {
    "ta105": {"000": "nothing is wrong"},
    "ak905": {},
    "ik502": {
        "5": "an IK3 or IK4 of the set has a code without I",
        "I5": "an IK3 or IK4 of the set has a code with I",
    },
    "ik304": {
        "I6": "rules: a segment that a situational rule asks for is missing",
        "I9": "rules: a segment is there that a situational rule forbids",
    },
    "ik403": {
        "I9": "rules: an element that a situational rule asks for is missing",
        "I13": "rules: an element is there that a situational rule forbids",
    },
}
"""Codes that are sent, and not for a kind of finding that the program itself knows."""

_NAMES: Final = {
    "ta105": "TA105",
    "ak905": "AK905",
    "ik502": "IK502",
    "ik304": "IK304",
    "ik403": "IK403",
}
_REFUSED: Final = (
    (Level.INTERCHANGE, "the interchange", "TA1 with TA104 R"),
    (Level.GROUP, "the functional group", "999 with AK901 R"),
    (Level.SET, "the transaction set", "999 with IK501 R"),
    (Level.CLAIM, "the claim", "277CA with STC03 U"),
    (None, "what it stands in, where it is an error", "nothing of its own"),
)


def page_with_tables(page: str) -> str:
    """Return the page with its tables as they are now; each stands between `<!-- table NAME -->` and `<!-- end -->`."""

    def table(mark: re.Match[str]) -> str:
        return f"{mark[1]}\n{_TABLES[mark[2]]()}{mark[3]}"

    return re.sub(r"(<!-- table (\w+) -->)\n.*?(<!-- end -->)", table, page, flags=re.DOTALL)


def _refusals() -> str:
    """Return the table of what each kind of finding refuses."""
    rows = [
        (refused, answer, _kinds(each for each in FINDING_KINDS.values() if each.snip and answered_at(each) is level))
        for level, refused, answer in _REFUSED
    ]
    return _table(("Refused", "Told by", "Findings"), rows)


def _codes(field: str) -> Callable[[], str]:
    """Return the maker of the table of a code: what it is sent for, or why it never is."""

    def made() -> str:
        sent: dict[str, list[FindingKind]] = {}
        for kind in FINDING_KINDS.values():
            if code := getattr(kind.sent, field):
                sent.setdefault(code, []).append(kind)
        others, never = OTHERWISE_SENT[field], NEVER_SENT[field]
        rows = [
            (code, "; ".join(filter(None, (_kinds(sent.get(code, ())), others.get(code, ""), _never(never, code)))))
            for code in sorted({*sent, *others, *never}, key=_code_order)
        ]
        return _table((_NAMES[field], "Sent for"), rows)

    return made


def _never(never: Mapping[str, str], code: str) -> str:
    return f"never: {never[code]}" if code in never else ""


def _code_order(code: str) -> tuple[str, int]:
    return code.rstrip("0123456789"), int(code.lstrip("I"))


def _kinds(kinds: Iterable[FindingKind]) -> str:
    return ", ".join(f"[`{kind.code}`](findings/{kind.code}.md)" for kind in kinds)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    return "".join(f"| {' | '.join(row)} |\n" for row in _lines(head, rows))


def _lines(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    yield head
    yield ("---",) * len(head)
    yield from rows


_TABLES: Final[Mapping[str, Callable[[], str]]] = {"refusals": _refusals} | {name: _codes(name) for name in _NAMES}

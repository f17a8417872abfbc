"""The corpus: clean files, and the one-error files that the tables of tests/conformance/mutations make of them.

A mutation has a name, the clean file it changes, its edits, and what must be found: the finding's code and SNIP level
at a segment, element and component, and no other finding. The place is stated by naming the segment of the changed
file where it is to be, not by a number: it is the last edited one unless the table says otherwise. What else may be
found is listed with the reason. `bytes` in place of segment edits changes the raw bytes, for what is about delimiters.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, TypeAlias

import yaml

from tests.conformance.edits import (
    ELEMENT,
    TERMINATOR,
    Segments,
    apply_edits,
    count_segments,
    place_of,
    position_in_set,
)

HERE: Final = Path(__file__).parent
CLEAN: Final = HERE / "clean"
MUTATIONS: Final = HERE / "mutations"
HARMLESS: Final = HERE / "harmless.yaml"

Row: TypeAlias = Mapping[str, object]


@dataclass(frozen=True, slots=True, order=True)
class Found:
    """A finding as the corpus compares it.

    Attributes:
        code: Its code.
        level: Its SNIP level.
        severity: error or warning.
        segment_id: Of the segment it is at; empty if it is about no segment.
        segment: Position in the transaction set, ST being 1; 0 outside a set.
        element: Position in the segment; 0 for the segment itself.
        component: Position in the element; 0 for the element itself.
    """

    code: str
    level: int
    severity: str
    segment_id: str
    segment: int
    element: int
    component: int


@dataclass(frozen=True, slots=True)
class Mutant:
    """A one-error file.

    Attributes:
        name: The mutation's name, with that of its clean file.
        base: The clean file: `837P`, or `837P-oxygen` where a set has several.
        rule: Id of the rule that it breaks, for levels 3-7.
        content: The file.
        expected: What must be found; the first is what the mutation is about.
        reasons: Why each further finding is right.
        broken: Why hpedi does not find this yet; empty if it does.
        unseen: Why pyx12 cannot see it, with the errata row; empty if it can or it is above SNIP 2.
    """

    name: str
    base: str
    rule: str
    content: bytes
    expected: tuple[Found, ...]
    reasons: tuple[str, ...]
    broken: str
    unseen: str

    @property
    def transaction(self) -> str:
        """The set that the file is about."""
        return self.base.partition("-")[0]


def clean_names() -> list[str]:
    """Names of the clean files."""
    return sorted(path.stem for path in CLEAN.glob("*.edi"))


@cache
def clean_segments(name: str) -> tuple[str, ...]:
    """Segments of a clean file, envelope and all."""
    text = (CLEAN / f"{name}.edi").read_text(encoding="ascii")
    return tuple(text.replace("\n", "").removesuffix(TERMINATOR).split(TERMINATOR))


def as_bytes(segments: Segments) -> bytes:
    """Write segments, one a line."""
    return "".join(f"{segment}{TERMINATOR}\n" for segment in segments).encode("ascii")


def harmless() -> dict[str, bytes]:
    """Make the files of harmless.yaml: clean files changed in ways that are allowed, by name."""
    rows = yaml.load(HARMLESS.read_bytes(), Loader=yaml.CSafeLoader)["changes"]
    return {f"{row['base']}-{row['name']}": _edited(str(row["base"]), row)[0] for row in rows}


@cache
def mutants() -> tuple[Mutant, ...]:
    """Make every file of the corpus."""
    made = [
        _mutant(str(row.get("base") or table["base"]), {"level": table.get("level"), **row})
        for path in sorted(MUTATIONS.glob("*.yaml"))
        for table in [yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)]
        for row in table["mutations"]
    ]
    names = [mutant.name for mutant in made]
    if len(set(names)) < len(names):
        raise ValueError(f"named twice: {sorted({name for name in names if names.count(name) > 1})}")
    return tuple(made)


def _mutant(base: str, row: Row) -> Mutant:
    name = f"{base}-{row['name']}"
    try:
        content, segments, place = _edited(base, row)
        finds = _rows(row["finds"])
        expected = tuple(_expected({"level": row["level"], **find}, segments, place, _deleted(row)) for find in finds)
    except (LookupError, ValueError, TypeError) as error:
        raise ValueError(f"{name}: {error}") from error
    reasons = tuple(str(find["because"]) for find in finds[1:])
    words = {key: str(row.get(key, "")) for key in ("rule", "broken", "unseen")}
    return Mutant(name, base, content=content, expected=expected, reasons=reasons, **words)


def _rows(value: object) -> list[Row]:
    """Return the rows of a table that says one thing or a list of them."""
    rows: list[Row] = value if isinstance(value, list) else [value]  # type: ignore[list-item]
    if not all(isinstance(row, dict) for row in rows):
        raise TypeError(f"{value!r} is no row and no list of rows")
    return rows


def _edited(base: str, row: Row) -> tuple[bytes, Segments, int]:
    segments = list(clean_segments(base))
    if "bytes" in row:
        old, new = (str(row[key]).encode("latin-1") for key in ("bytes", "to"))
        content = as_bytes(segments)
        if content.count(old) != 1 and not row.get("everywhere"):
            raise LookupError(f"{old!r} stands {content.count(old)} times in the file")
        return content.replace(old, new), segments, -1
    segments, place = apply_edits(segments, _rows(row["edit"]))
    if row.get("counted", True):
        segments = count_segments(segments)
    return as_bytes(segments), segments, place


def _deleted(row: Row) -> str:
    """Return the id of the segment that a mutation deletes; a finding that it is missing names that one."""
    edit = row.get("edit")
    return str(edit["delete"]).partition(ELEMENT)[0] if isinstance(edit, dict) and "delete" in edit else ""


def _expected(find: Row, segments: Segments, place: int, deleted: str) -> Found:
    if find.get("at") is not None:
        place = place_of(segments, str(find["at"]))
    there = segments[place].partition(ELEMENT)[0] if place >= 0 else ""
    named = deleted if deleted and str(find["code"]).endswith("-missing") and "element" not in find else there
    position = position_in_set(segments, place) if place >= 0 else None
    return Found(
        code=str(find["code"]),
        level=int(str(find["level"])),
        severity=str(find.get("severity", "error")),
        segment_id=str(find.get("segment_id", named)),
        segment=int(str(find.get("segment", position or 0))),
        element=int(str(find.get("element", 0))),
        component=int(str(find.get("component", 0))),
    )

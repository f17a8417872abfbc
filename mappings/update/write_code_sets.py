# ruff: noqa: INP001  # a script, not a package
"""Writes mappings/code_sets/*.tsv from pyx12's codes.xml and our additions.

Run it from the root of the checkout after a new pyx12 or a change of code_set_additions.tsv: `python
mappings/update/write_code_sets.py`. adjustment_reason.tsv (CARC) is kept by hand: pyx12 has no such list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Final

from lxml import etree

ADDITIONS: Final = Path(__file__).parent / "code_set_additions.tsv"
FOLDER: Final = Path(__file__).parent.parent / "code_sets"
HEADER: Final = "code\tfrom\tto\tmeaning\tnote"


@dataclass(frozen=True, slots=True)
class CodeRow:
    """A code, its first and last day of use (YYYY-MM-DD, both included, empty where unknown or open) and a note."""

    code: str
    first_day: str = ""
    last_day: str = ""
    note: str = ""


def codes_of_run(text: str) -> Iterator[str]:
    """Yield the codes of `first..last`, or the one code given."""
    first, dots, last = text.partition("..")
    if not dots:
        yield text
        return
    prefix, number = re.fullmatch(r"([A-Z]*)(\d+)", first).groups()  # type: ignore[union-attr]
    end = int(last.removeprefix(prefix))
    for value in range(int(number), end + 1):
        yield f"{prefix}{value:0{len(number)}d}"


def additions() -> dict[str, list[CodeRow]]:
    """Read the additions, by code set."""
    found: dict[str, list[CodeRow]] = {}
    lines = [line for line in ADDITIONS.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    for line in lines[1:]:
        code_set, run, first_day, last_day, note = (line + "\t\t\t").split("\t")[:5]
        rows = [CodeRow(code, first_day, last_day, note) for code in codes_of_run(run)]
        found.setdefault(code_set, []).extend(rows)
    return found


def write_code_sets() -> None:
    """Write one file a code set: pyx12's codes in their order, then the additions that are new."""
    more = additions()
    tree = etree.fromstring((files("pyx12") / "map" / "codes.xml").read_bytes())
    for code_set in tree.iterfind("codeset"):
        name = code_set.findtext("id", "")
        rows = {text: CodeRow(text) for code in code_set.iterfind("version/code") if (text := code.text)}
        rows |= {row.code: row for row in more.pop(name, [])}
        title = code_set.findtext("name")
        lines = [
            f"# {title} (`external` {name} in the maps): codes only.",
            "# Source: pyx12 4.0.0 codes.xml, and mappings/update/code_set_additions.tsv, which names its sources.",
            "# Written by mappings/update/write_code_sets.py. `from` and `to` are included; empty is unknown or open.",
            HEADER,
            *(f"{row.code}\t{row.first_day}\t{row.last_day}\t\t{row.note}" for row in rows.values()),
        ]
        (FOLDER / f"{name}.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    if more:
        raise ValueError(f"additions for code sets that pyx12 does not have: {sorted(more)}")


if __name__ == "__main__":
    write_code_sets()

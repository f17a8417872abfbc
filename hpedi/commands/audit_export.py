"""The audit log as lines: JSON Lines to verify, or CSV to read; each entry and each seal is one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, Literal

import msgspec

from hpedi.audit.entry import AuditEntry, instant_text
from hpedi.audit.seal import Seal
from hpedi.conversion.csv_cells import csv_line

_COLUMNS: Final = ("line", *dict.fromkeys((*AuditEntry.__struct_fields__, *Seal.__struct_fields__)))


def written(log: Iterable[AuditEntry | Seal], form: Literal["jsonl", "csv"]) -> Iterator[str]:
    """Yield the lines of an export, with their line breaks."""
    if form == "csv":
        yield csv_line(_COLUMNS)
    for each in log:
        kind = "seal" if isinstance(each, Seal) else "entry"
        facts: dict[str, object] = {**msgspec.structs.asdict(each), "at": instant_text(each.at)}
        if form == "csv":
            facts["line"] = kind
            yield csv_line(str(facts.get(column, "")) for column in _COLUMNS)
        else:
            yield msgspec.json.encode({kind: facts}).decode() + "\n"

"""External code sets: lists that a guide names but does not hold (states, countries, adjustment reasons, remarks ...).

A set that is not loaded is not checked. Which codes were valid on a date is another matter (SNIP 5, `acceptance`):
here a code counts when the list has it at all.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from hpedi.guides.map_xml import child_text, children, parse_map


@dataclass(frozen=True, slots=True)
class CodeSets:
    """Code sets by name.

    Attributes:
        by_name: Name, as `external` in a map has it, to the codes of the set.
    """

    by_name: Mapping[str, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))

    def get(self, name: str) -> frozenset[str] | None:
        """Return the codes of a set; None if it is not loaded."""
        return self.by_name.get(name)

    def replaced_by(self, others: CodeSets) -> CodeSets:
        """Return these sets with those of the same name taken from others, and the others added."""
        return CodeSets(MappingProxyType({**self.by_name, **others.by_name}))


def read_code_sets(codes_xml: bytes) -> CodeSets:
    """Read code sets from a file of pyx12's `codes.xml` format.

    Raises:
        ValueError: It is not well-formed XML.
    """
    root = parse_map(codes_xml)
    return CodeSets(
        MappingProxyType(
            {
                child_text(code_set, "id"): frozenset(code.text or "" for code in code_set.iter("code"))
                for code_set in children(root, "codeset")
            }
        )
    )


def read_code_table(table: bytes) -> frozenset[str]:
    """Read one set from a table of mappings/code_sets.

    Args:
        table: UTF-8, tab separated, comment lines starting with #, a header line with a column `code`.

    Raises:
        ValueError: There is no such column.
    """
    lines: Iterable[str] = (line for line in table.decode("utf-8").splitlines() if line and not line.startswith("#"))
    rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    if "code" not in (rows.fieldnames or ()):
        raise ValueError("a table of codes has a column named code")
    return frozenset(row["code"] for row in rows)

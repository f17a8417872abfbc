"""What was found in a bank's file, line by line, as commands print it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from hpedi.commands.printing import Column, print_table

if TYPE_CHECKING:
    from hpedi.findings import Finding

_FINDINGS: Final = (Column("Line", right=True), Column("Finding", whole=True), Column("What"))


def finding_facts(findings: Sequence[Finding]) -> list[dict[str, object]]:
    """Return what programs are told of findings."""
    return [{"line": each.where.line, "code": each.code, "message": each.message} for each in findings]


def print_findings(title: str, findings: Sequence[Finding]) -> None:
    """Print a table of findings."""
    print_table(title, _FINDINGS, ((each.where.line or "", each.code, each.message) for each in findings))

"""Modifier: a code has the modifiers it needs, none that it never has, and none that is not valid on the day."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from hpedi.adjudication.context import ClaimContext, LineContext
from hpedi.adjudication.edit_tables import EditTables, edit_tables
from hpedi.adjudication.verdicts import Denies, Verdict
from hpedi.reference.dated import in_force

NOT_VALID: Final = "modifier_not_valid"


def check_modifiers(context: ClaimContext, line: LineContext, _earlier: Sequence[LineContext]) -> Verdict:
    """Deny a line whose modifiers break a rule on its code, or were not valid on its date of service.

    Returns:
        `Denies` for the reason of the rule, or `modifier_not_valid`.

    Source: `edits.modifiers` and `edits.modifier_dates` of the payer folder.
    """
    tables = edit_tables(context.reference)
    billed, day = line.line.modifiers, line.terms.day
    for rule in tables.modifiers.get(line.line.code, ()):
        if not rule.covers(day):
            continue
        source = rule.source or "edits modifiers"
        if rule.needs_one_of and not set(rule.needs_one_of) & set(billed):
            parameter = f"{line.line.code} needs modifier {' or '.join(rule.needs_one_of)}"
            return Denies(reason=rule.reason, parameter=parameter, source=source)
        wrong = [modifier for modifier in billed if modifier in rule.never]
        if wrong:
            parameter = f"{line.line.code} never with modifier {wrong[0]}"
            return Denies(reason=rule.reason, parameter=parameter, source=source)
    return _not_valid(tables, line)


def _not_valid(tables: EditTables, line: LineContext) -> Denies | None:
    for modifier in line.line.modifiers:
        spans = tables.modifier_dates.get(modifier, ())
        if spans and in_force(spans, line.terms.day) is None:
            source = spans[-1].source or "edits modifier_dates"
            return Denies(reason=NOT_VALID, parameter=f"modifier {modifier} on the date of service", source=source)
    return None

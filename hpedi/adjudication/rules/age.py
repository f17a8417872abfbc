"""Age: a service for an age is not paid for patients of another one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Final

from hpedi.adjudication.context import ClaimContext, LineContext
from hpedi.adjudication.edit_tables import edit_tables
from hpedi.adjudication.verdicts import Denies, Verdict

REASON: Final = "age"
MONTHS_A_YEAR: Final = 12


def check_age(context: ClaimContext, line: LineContext, _earlier: Sequence[LineContext]) -> Verdict:
    """Deny a line whose code is for another age than the patient's on its date of service.

    Returns:
        `Denies` for reason `age`; nothing where the patient's day of birth is not known.

    Source: `edits.age` of the payer folder.
    """
    born, day = context.born, line.terms.day
    if born is None:
        return None
    for edit in edit_tables(context.reference).age.get(line.line.code, ()):
        age = AGE_IN[edit.unit](born, day)
        highest = age if edit.max_age is None else edit.max_age
        if edit.covers(day) and not edit.min_age <= age <= highest:
            parameter = f"{edit.code} for ages {edit.min_age} to {edit.max_age or 'any'} {edit.unit}"
            inputs = (("age on the date of service", f"{age} {edit.unit}"),)
            return Denies(reason=REASON, parameter=parameter, source=edit.source or "edits age", inputs=inputs)
    return None


def years_between(born: date, day: date) -> int:
    """Return the completed years of somebody born on a day; who was born on 29 February turns older on 1 March."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _months_between(born: date, day: date) -> int:
    return (day.year - born.year) * MONTHS_A_YEAR + day.month - born.month - (day.day < born.day)


def _days_between(born: date, day: date) -> int:
    return (day - born).days


AGE_IN: Final[Mapping[str, Callable[[date, date], int]]] = {
    "years": years_between,
    "months": _months_between,
    "days": _days_between,
}
"""By unit: completed units of age on a day."""

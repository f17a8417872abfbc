"""Codes held against their sets (SNIP 5): what a `codes` rule asks of each value, and on which day.

Most codes have always been in force: they are found right by one look into a table, and no date is searched for. Where
a list is missing, or does not cover the day, nothing is said here: the code book notes it as not checked. Reasons never
name the code.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from hpedi.acceptance.checks.codes_dates import DATE_SOURCES, DateSource, Days
from hpedi.acceptance.loops import LoopInstance, Segment
from hpedi.reference.code_book import ALWAYS, CodeBook, CodeSet, Validity

CodeCheck: TypeAlias = Callable[[LoopInstance, Segment, str], str | None]

_WORDS: Final = {
    Validity.UNKNOWN: "{title}: the list has no such code. Send a code of the list.",
    Validity.NOT_IN_FORCE: "{title}: the code was not in force on {days}. Send the code that was.",
    Validity.NOT_BILLABLE: "{title}: the code is the heading of more detailed ones. Send one of these.",
}
_FORM: Final = "{title}: a code is {form}. Send it in that form."


def code_check(code_book: CodeBook, set_name: str, on: str) -> CodeCheck:
    """Return the check of the codes of a set: it says what is wrong with one, or None.

    Args:
        code_book: The sets; notes which of them could not be checked.
        set_name: One of its sets.
        on: How the day is found on which a code must be in force, a key of `codes_dates.DATE_SOURCES`.

    Raises:
        ValueError: There is no such set or no such way: a mistake in a rule.
    """
    if set_name not in code_book.sets:
        raise ValueError(f"there is no code set {set_name}")
    if on not in DATE_SOURCES:
        raise ValueError(f"there is no date {on}: {', '.join(DATE_SOURCES)}")
    days_of = _Remembered(DATE_SOURCES[on])
    set_for, is_one_of_several = code_book.set_for, bool(code_book.sets[set_name].entry.any_of)
    itself = code_book.sets[set_name]

    def fault(loop: LoopInstance, segment: Segment, code: str) -> str | None:
        code_set = set_for(set_name, code) if is_one_of_several else itself
        if code_set.spans.get(code) is ALWAYS:
            return None
        return _fault(code_set, code, days_of, loop, segment)

    return fault


class _Remembered:
    """A date source that knows the days of the instance it was asked for last: its codes come one after another."""

    __slots__ = ("_days", "_loop", "source")

    def __init__(self, source: DateSource) -> None:
        self.source = source
        self._loop: LoopInstance | None = None
        self._days: Days = ()

    def days(self, loop: LoopInstance, segment: Segment) -> Days:
        """Return the days for a segment of an instance."""
        if not self.source.is_of_loop:
            return self.source.find(loop, segment)
        if loop is not self._loop:
            self._loop, self._days = loop, self.source.find(loop, segment)
        return self._days


def _fault(code_set: CodeSet, code: str, days_of: _Remembered, loop: LoopInstance, segment: Segment) -> str | None:
    """Say what is wrong with a code; one that was in force on one of several days is right."""
    if not code_set.is_loaded and code_set.has_form(code):
        code_set.validity(code, None)
        return None
    validity = Validity.VALID
    for day in days_of.days(loop, segment) or (None,):
        validity = code_set.validity(code, day)
        if validity in (Validity.VALID, Validity.NOT_LOADED):
            return None
    title = code_set.entry.title
    if validity is Validity.UNKNOWN and not code_set.has_form(code):
        return _FORM.format(title=title, form=code_set.entry.form_words)
    return _WORDS[validity].format(title=title, days=days_of.source.words)

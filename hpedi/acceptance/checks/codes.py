"""Codes held against their sets (SNIP 5): what a `codes` rule asks of each value, and on which day.

Most codes have always been in force: they are found right by one look into a table, and no date is searched for. Where
a list is missing, or does not cover the day, nothing is said here: the code book notes it as not checked. Reasons never
name the code.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from hpedi.acceptance.checks.codes_dates import DATE_SOURCES, DateSource, Days
from hpedi.acceptance.checks.screen import Asks, Day
from hpedi.acceptance.loops import LoopInstance, Segment
from hpedi.reference.code_book import ALWAYS, CodeBook, CodeSet, Validity

_WORDS: Final = {
    Validity.UNKNOWN: "{title}: the list has no such code. Send a code of the list.",
    Validity.NOT_IN_FORCE: "{title}: the code was not in force on {days}. Send the code that was.",
    Validity.NOT_BILLABLE: "{title}: the code is the heading of more detailed ones. Send one of these.",
}
_PASSED: Final = frozenset({Validity.VALID, Validity.NOT_LOADED})
_PAIR: Final = "{title}: the code does not go with {segment}{element:02d} beside it. Correct one of them."
_FORM: Final = "{title}: a code is {form}. Send it in that form."


class CodeCheck:
    """The check of the codes of a set."""

    __slots__ = ("_book", "_days", "_itself", "_loop", "_name", "_source")

    def __init__(self, code_book: CodeBook, set_name: str, source: DateSource) -> None:
        """Take a set of a book and where the day is found on which its codes must be in force."""
        self._book = code_book
        self._name = set_name
        self._itself = code_book.sets[set_name]
        self._source = source
        self._loop: LoopInstance | None = None
        self._days: Days = ()

    def passes(self, code: str) -> bool:
        """Say whether a code is right whatever the day and the segment; one without a list is, if its form is.

        The answer for a code may be remembered: it changes only when a list is loaded.
        """
        code_set = self._set_for(code)
        if code_set.spans.get(code) is ALWAYS:
            return True
        if code_set.is_loaded:
            return code_set.codes.spans.get(code) is ALWAYS
        if not code_set.has_form(code):
            return False
        code_set.validity(code, None)
        return True

    def asked(self, day: Day | None) -> Asks | None:
        """Return what tells that the days which count lie in the two years before a set was made; None if nothing."""
        by_day = self._source.asks_by_day
        return None if by_day is None or day is None else by_day(day)

    def passes_throughout(self, code: str, first: date, last: date) -> bool:
        """Say whether a code was in force without a break from one day to another."""
        spans = self._set_for(code).codes.spans.get(code, ())
        return any(span.covers(first) and span.covers(last) for span in spans)

    def __call__(self, loop: LoopInstance, segment: Segment, code: str) -> str | None:
        """Say what is wrong with a code, without naming it; None where nothing is, or nothing is known."""
        code_set = self._set_for(code)
        if code_set.spans.get(code) is ALWAYS:
            return None
        entry = code_set.entry
        if not code_set.has_form(code):
            is_told = entry.told_by_rule is not None and entry.told_by_rule.fullmatch(code) is not None
            return None if is_told else _FORM.format(title=entry.title, form=entry.form_words)
        validity = Validity.VALID
        for day in (self._days_of(loop, segment) if code_set.is_loaded else ()) or (None,):
            validity = code_set.validity(code, day)
            if validity in _PASSED:
                return None
        return _WORDS[validity].format(title=entry.title, days=self._source.words)

    def _set_for(self, code: str) -> CodeSet:
        itself = self._itself
        return self._book.set_for(self._name, code) if itself.entry.any_of else itself

    def _days_of(self, loop: LoopInstance, segment: Segment) -> Days:
        """Return the days, those of the instance asked for last from memory: its codes come one after another."""
        if not self._source.is_of_loop:
            return self._source.find(loop, segment)
        if loop is not self._loop:
            self._loop, self._days = loop, self._source.find(loop, segment)
        return self._days


class PairCheck:
    """The check of a set whose codes go with the element beside them, as a ZIP code goes with its state.

    Attributes:
        beside: The element that they go with.
    """

    __slots__ = ("_neighbours", "_set", "beside")

    def __init__(self, code_set: CodeSet) -> None:
        """Take the set."""
        self._set = code_set
        self._neighbours: frozenset[str] = frozenset()
        self.beside = code_set.entry.paired_with

    def kind_of(self, code: str) -> str:
        """Return what of a code the check looks at: codes of one kind are judged alike."""
        return code[: self._set.entry.paired_length] if self._set.has_form(code) else ""

    def passes(self, code: str) -> bool:  # noqa: ARG002  # only the segment tells
        """Say that no code is right whatever the segment."""
        return False

    def __call__(self, _loop: LoopInstance, segment: Segment, code: str) -> str | None:
        """Say what is wrong with a code; None where nothing is, or the list does not know its neighbour at all."""
        code_set, entry = self._set, self._set.entry
        if not code_set.has_form(code):
            return _FORM.format(title=entry.title, form=entry.form_words)
        beside = segment.value(entry.paired_with)
        if code[: entry.paired_length] + beside in code_set.codes.spans:
            return None
        if not self._neighbours:
            self._neighbours = frozenset(pair[entry.paired_length :] for pair in code_set.codes.spans)
        if beside not in self._neighbours:
            return None
        return _PAIR.format(title=entry.title, segment=segment.node.segment_id, element=entry.paired_with)


def code_check(code_book: CodeBook, set_name: str, on: str) -> CodeCheck | PairCheck:
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
    code_set = code_book.sets[set_name]
    return PairCheck(code_set) if code_set.entry.paired_with else CodeCheck(code_book, set_name, DATE_SOURCES[on])

"""Code sets with their dates: is a code one of its set, was it in force on a day, can it be billed.

A set has a form, a list, or both. Without a list only the form is known, and so is a day outside the days that the list
covers: the answer is then NOT_LOADED, noted in `NotChecked`, and never that a code is wrong. Lists are read when they
are first asked for. What a wrong code means for a claim is not decided here (`acceptance`).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Final

from hpedi.identifiers import npi, tax_id
from hpedi.service_dates import DateSpan

_FORMS_REMEMBERED: Final = 50_000
_SHORTEST_HEADING: Final = 3


class Validity(Enum):
    """What is known of a code on a day."""

    VALID = "valid"
    UNKNOWN = "unknown"
    NOT_IN_FORCE = "not in force"
    NOT_BILLABLE = "not billable"
    NOT_LOADED = "not loaded"


Spans = tuple[DateSpan, ...]
"""When a code is in force; `ALWAYS` for the most of them."""

ALWAYS: Final[Spans] = (DateSpan(date.min),)


@dataclass(frozen=True, slots=True, eq=False)
class CodeList:
    """The list of a set.

    Attributes:
        spans: Code -> when it is in force.
        covers: The days that the list knows of.
        sorted_codes: The codes in order, where headings are told by them; else empty.
    """

    spans: Mapping[str, Spans]
    covers: DateSpan
    sorted_codes: tuple[str, ...] = ()

    def is_heading(self, text: str) -> bool:
        """Say whether longer codes begin with a text: a category, which cannot be billed itself."""
        at = bisect_left(self.sorted_codes, text)
        following = self.sorted_codes[at : at + 1]
        return len(text) >= _SHORTEST_HEADING and any(code.startswith(text) for code in following)


NO_LIST: Final = CodeList({}, DateSpan(date.min))

IDENTIFIERS: Final[Mapping[str, Callable[[str], bool]]] = {"npi": npi.is_valid, "tax_id": tax_id.is_valid}
"""Says whether a text is an identifier; by the name that a set gives in `identifier`."""


@dataclass(slots=True)
class NotChecked:
    """Which sets could not be checked whole: filled while codes are asked for.

    Attributes:
        titles: Of the sets whose list is not loaded or does not cover a day that was asked for.
    """

    titles: set[str] = field(default_factory=set)

    def taken(self) -> tuple[str, ...]:
        """Return what was noted since the last call, in order."""
        noted = tuple(sorted(self.titles))
        self.titles.clear()
        return noted


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeSetEntry:
    """A set as mappings/code_sets/sets.yaml describes it.

    Attributes:
        name: What rules call it; the file of its list is named after it.
        title: What people call it.
        form: What every code of it matches; None if only the list tells.
        form_words: The same in words, for messages.
        identifier: A key of `IDENTIFIERS`, whose check digit or assigned prefixes count too; empty for codes.
        has_headings: Whether longer codes make shorter ones headings that cannot be billed.
        is_told_by_guide: Whether the walk of a guide tells codes that the list does not have: here they are passed.
        told_by_rule: Texts without its form that a rule of its own tells; they are passed. None if there are none.
        any_of: Sets whose codes it takes together; the first whose form fits decides.
        has_list: Whether there can be a list; no word is lost on the missing list of one that is all form.
        table: The set whose list it takes; its own if empty.
        paired_with: The element beside it that its list goes with: a code's first characters and that element's value
            are looked up together; 0 for none.
        paired_length: How many of its characters that are.
    """

    name: str
    title: str
    form: re.Pattern[str] | None = None
    form_words: str = ""
    identifier: str = ""
    has_headings: bool = False
    is_told_by_guide: bool = False
    told_by_rule: re.Pattern[str] | None = None
    any_of: tuple[str, ...] = ()
    has_list: bool = True
    table: str = ""
    paired_with: int = 0
    paired_length: int = 0


class CodeSet:
    """One set with its list."""

    __slots__ = ("_forms", "_list", "_not_checked", "_read", "entry", "is_of_user", "spans")

    def __init__(
        self,
        entry: CodeSetEntry,
        read: Callable[[], CodeList] | None,
        not_checked: NotChecked,
        *,
        is_of_user: bool = False,
    ) -> None:
        """Begin with what reads its list; None if there is none."""
        self.entry = entry
        self.is_of_user = is_of_user
        self.spans: Mapping[str, Spans] = {}
        self._list: CodeList | None = None if read else NO_LIST
        self._read = read
        self._forms: dict[str, bool] = {}
        self._not_checked = not_checked

    @property
    def codes(self) -> CodeList:
        """Its list, read when first asked for; `NO_LIST` if none is loaded."""
        if self._list is None:
            self._list = self._read() if self._read else NO_LIST
            self.spans = self._list.spans
        return self._list

    @property
    def is_loaded(self) -> bool:
        """Say whether there is a list."""
        return self._read is not None

    def has_form(self, code: str) -> bool:
        """Say whether a text has the form of its codes, check digits included."""
        known = self._forms.get(code)
        if known is None:
            if len(self._forms) >= _FORMS_REMEMBERED:
                self._forms.clear()
            entry = self.entry
            known = entry.form is None or entry.form.fullmatch(code) is not None
            known = known and (not entry.identifier or IDENTIFIERS[entry.identifier](code))
            self._forms[code] = known
        return known

    def validity(self, code: str, on: date | None) -> Validity:
        """Say what is known of a code.

        Args:
            code: As sent.
            on: The day; None asks whether the list has it at all.
        """
        spans = self.spans.get(code)
        if spans is ALWAYS:
            return Validity.VALID
        codes = self.codes
        spans = codes.spans.get(code)
        if spans is None:
            return self._of_stranger(code, on)
        if on is None or any(span.covers(on) for span in spans):
            return Validity.VALID
        return Validity.NOT_IN_FORCE if codes.covers.covers(on) else self._noted()

    def _of_stranger(self, code: str, on: date | None) -> Validity:
        if not self.has_form(code):
            return Validity.UNKNOWN
        if not self.is_loaded:
            return self._noted() if self.entry.has_list else Validity.VALID
        if on is not None and not self.codes.covers.covers(on):
            return self._noted()
        if self.entry.is_told_by_guide and not self.is_of_user:
            return Validity.VALID
        is_heading = self.entry.has_headings and self.codes.is_heading(code)
        return Validity.NOT_BILLABLE if is_heading else Validity.UNKNOWN

    def _noted(self) -> Validity:
        self._not_checked.titles.add(self.entry.title)
        return Validity.NOT_LOADED


class CodeBook:
    """All code sets.

    Attributes:
        not_checked: Which of them could not be checked.
        sets: The sets by name.
    """

    __slots__ = ("not_checked", "sets")

    def __init__(self, sets: Iterable[CodeSet], not_checked: NotChecked) -> None:
        """Take the sets; all note in the same collector."""
        self.sets: Mapping[str, CodeSet] = {each.entry.name: each for each in sets}
        self.not_checked = not_checked

    def set_for(self, name: str, code: str) -> CodeSet:
        """Return the set that decides on a code: one of those that a set takes together, else the set itself.

        Raises:
            KeyError: There is no such set: a mistake in a rule.
        """
        code_set = self.sets[name]
        for part in code_set.entry.any_of:
            if self.sets[part].has_form(code):
                return self.sets[part]
        return code_set

    def validity(self, set_name: str, code: str, on: date | None) -> Validity:
        """Say what is known of a code on a day; None asks whether the list has it at all.

        Raises:
            KeyError: There is no such set: a mistake in a rule.
        """
        return self.set_for(set_name, code).validity(code, on)

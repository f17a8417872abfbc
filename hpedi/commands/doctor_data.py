"""What `hpedi doctor` sees of the data that decisions rest on: code lists, bank holidays, the payer's own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from hpedi.code_files import FOLDER, check_own_lists, code_book
from hpedi.commands.doctor_examination import Opened, Place, Seen, ago, fault, graded, ok, warning
from hpedi.commands.doctor_terms import PublishedList
from hpedi.mappings_folder import mapping
from hpedi.payments.calendar import load_ach_calendar
from hpedi.reference.code_book import CodeSet

IMPORT = "hpedi codes import FILE --set"


def code_lists(place: Place) -> Iterator[Seen]:
    """Hold the age of each code list against when it is published."""
    own = place.home / FOLDER
    if check_own_lists(own):
        yield fault(f"{own} has lists that cannot be read", "hpedi codes list says why")
        return
    sets = code_book(own).sets
    seen = [seen for each in place.terms.lists if (seen := _list(place, each, sets[each.set])) is not None]
    yield from seen
    absent = [each.set for each in place.terms.lists if not sets[each.set].is_loaded]
    if not seen:
        yield ok(f"{len(place.terms.lists) - len(absent)} lists are of these days")
    if absent:
        yield ok(f"form only, no list: {', '.join(absent)}")


def _list(place: Place, terms: PublishedList, code_set: CodeSet) -> Seen | None:
    """Return what is wrong with the age of a list; nothing where it is of these days, or there is none."""
    if not code_set.is_loaded:
        return None
    title, mend = code_set.entry.title, f"{IMPORT} {terms.set}"
    published = terms.last_published(place.day - timedelta(days=place.bounds.list_days))
    ends = code_set.codes.covers.end
    if not code_set.is_of_user and terms.ours_as_of is None and ends is not None:
        if ends < place.day:
            return fault(f"{title}: our list ends with {ends}; codes of later services are not checked", mend)
        is_near = ends - place.day < timedelta(days=place.bounds.list_days)
        return warning(f"{title}: our list ends with {ends}", mend) if is_near else None
    as_of = _as_of(place, terms, code_set)
    if as_of < published:
        return warning(f"{title}: the list of {as_of} was followed by one of {published}", mend)
    return None


def _as_of(place: Place, terms: PublishedList, code_set: CodeSet) -> date:
    """Return the day a list is of: the first that it tells about, that of its import, or when ours was read."""
    if not code_set.is_of_user:
        return terms.ours_as_of or date.min
    file = next((place.home / FOLDER).glob(f"{terms.set}.tsv*"))
    imported = datetime.fromtimestamp(os.stat(file).st_mtime, UTC).date()  # noqa: PTH116 - one word, as the others here
    return max(imported, code_set.codes.covers.start)


def holidays(place: Place) -> Iterator[Seen]:
    """See how far ahead bank holidays are known."""
    last = date(load_ach_calendar(mapping("payments/ach_calendar.yaml").read_bytes()).last_year, 12, 31)
    left = (last - place.day).days
    yield graded(
        f"known to {last}",
        "upgrade hpedi: payment dates are not guessed, and payments stop",
        value=-left,
        warns_above=-place.bounds.calendar_days,
        fails_above=-place.bounds.calendar_days_fault,
    )


def reference(place: Opened) -> Iterator[Seen]:
    """See whether a payer is loaded, and when anything of it changed last."""
    with place.workspace.books.reading(place.context) as work:
        made = work.reference.snapshots([work.reference.snapshot()])
    if not made:
        yield fault("no payer is loaded", "hpedi load FOLDER")
        return
    age = place.now - made[0].at
    days = place.wishes.reference_days or place.bounds.reference_days
    saw = f"snapshot {made[0].id}, {ago(age)} old"
    yield warning(saw, "hpedi load FOLDER: is this still the payer's data?") if age > timedelta(days=days) else ok(saw)

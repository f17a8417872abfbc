"""Whether what a signed-in partner hands in is its own: each ISA06, GS02 and 1000A NM109 of a file.

Read before anything of the file is taken, so that nobody's file is taken as another's. A profile that lists no GS02 or
no submitter owns all that no other partner lists. It takes events of the reader and no store.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from hpedi.partners.identities import partner_of
from hpedi.reference.partners import Partner
from hpedi.x12.events import Event, GroupStart, InterchangeStart, SegmentBatch, SetStart

NOT_OWNED: Final = ("sender-not-owned", "group-sender-not-owned", "submitter-not-owned")
"""Codes of what is not the partner's: ISA06, GS02, 1000A NM109."""

_CLAIM_SET: Final = "837"
_SUBMITTER: Final = "41"
_NM109: Final = 9


def not_owned(events: Iterable[Event], login: Partner, partners: Sequence[Partner]) -> tuple[str, ...]:
    """Return the codes of what a file names that is not the partner's, in the order of `NOT_OWNED`.

    Args:
        events: The file as read.
        login: The partner who hands it in.
        partners: All partners.
    """
    reading = _Reading(login, partners)
    for event in events:
        reading.take(event)
    return tuple(code for code in NOT_OWNED if code in reading.codes)


class _Reading:
    """What was found so far, and what the open interchange and set need."""

    def __init__(self, login: Partner, partners: Sequence[Partner]) -> None:
        self.codes: set[str] = set()
        self._login = login
        self._partners = partners
        others = [partner for partner in partners if partner.id != login.id]
        self._gs_ids = {each for partner in others for each in partner.gs_ids}
        self._submitters = {each for partner in others for each in partner.submitter_ids}
        self._separator = ""
        self._before_submitter = False

    def take(self, event: Event) -> None:
        """Look at what names a party."""
        if isinstance(event, SegmentBatch):
            if self._before_submitter:
                self._take_segments(event.texts)
        elif isinstance(event, InterchangeStart):
            self._separator = event.delimiters.element
            owner = partner_of(event, self._partners)
            self._note("sender-not-owned", is_owned=owner is not None and owner.id == self._login.id)
        elif isinstance(event, GroupStart):
            is_owned = _owns(event.elements[2].strip(), self._login.gs_ids, self._gs_ids)
            self._note("group-sender-not-owned", is_owned=is_owned)
        elif isinstance(event, SetStart):
            self._before_submitter = event.elements[1] == _CLAIM_SET

    def _take_segments(self, texts: Sequence[str]) -> None:
        """Look for 1000A NM1 before the first HL; there is one in a set."""
        submitter = f"NM1{self._separator}{_SUBMITTER}{self._separator}"
        for text in texts:
            if text.startswith(submitter):
                elements = text.split(self._separator)
                named = elements[_NM109].strip() if len(elements) > _NM109 else ""
                is_owned = _owns(named, self._login.submitter_ids, self._submitters)
                self._note("submitter-not-owned", is_owned=is_owned)
            if text.startswith(f"HL{self._separator}"):
                self._before_submitter = False
                return

    def _note(self, code: str, *, is_owned: bool) -> None:
        if not is_owned:
            self.codes.add(code)


def _owns(named: str, own: Sequence[str], of_others: set[str]) -> bool:
    return named in own if own else named not in of_others

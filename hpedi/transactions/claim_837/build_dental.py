"""From the drafts of a dental claim to what only such a claim says (837D X224A2)."""

from __future__ import annotations

from hpedi.claims.claim import Dental, DentalService, Tooth, ToothStatus
from hpedi.service_dates import DateSpan
from hpedi.transactions.claim_837.build_details import Segments
from hpedi.transactions.claim_837.draft import ClaimDraft, SetDraft
from hpedi.transactions.claim_837.elements import Cut, Elements
from hpedi.transactions.claim_837.parties import Parties
from hpedi.transactions.claim_837.values import read_day

SERVICE, APPLIANCE = "472", "452"
PLACED, PLACED_ESTIMATED = "441", "139"
PREDETERMINATION = "PB"
_YES = "Y"


class DentalBuilder:
    """Makes the dental parts of claims, for one set."""

    __slots__ = ("_elements", "_parties")

    def __init__(self, elements: Elements, parties: Parties) -> None:
        """Begin.

        Args:
            elements: Reads elements.
            parties: Makes the models of providers.
        """
        self._elements = elements
        self._parties = parties

    def service_dates(self, levels: SetDraft, draft: ClaimDraft) -> DateSpan | None:
        """Return the days of a claim whose lines have none; None where there are none or they cannot be read.

        What a predetermination asks about has not been done: it is dated by the day it was sent (BHT04).
        """
        segment = draft.dates.get(SERVICE)
        if segment is not None:
            return self._elements.dates(self._elements.split(segment[0]), segment[1], "2300")
        if not self._is_predetermination(draft):
            return None
        sent = read_day(self._elements.split(levels.head[0])[4])
        return None if sent is None else DateSpan(sent, sent)

    def dental(self, draft: ClaimDraft) -> Dental:
        """Make what only a dental claim says."""
        elements = self._elements
        segments = elements.by_id(draft.further)
        months, position = segments.get("DN1", [(elements.split("DN1"), 0)])[0]
        return Dental(
            orthodontic_months=elements.maybe_count(months, position, "2300", 1),
            orthodontic_months_left=elements.maybe_count(months, position, "2300", 2),
            orthodontic=months[4] == _YES,
            predetermination=self._is_predetermination(draft),
            appliance_placed=elements.day(draft.dates.get(APPLIANCE), "2300"),
            tooth_statuses=tuple([ToothStatus(tooth=cut[1], status=cut[2]) for cut, _ in segments.get("DN2", ())]),
            assistant_surgeon=self._parties.provider(draft.providers.get("DD")),
        )

    def dental_service(self, service: Cut, segments: Segments) -> DentalService:
        """Make what only a line of a dental claim says, and take its dates from those of the line."""
        placed = [each for each in segments.get("DTP", ()) if each[0][1] in (PLACED, PLACED_ESTIMATED)]
        if placed:
            segments["DTP"] = [each for each in segments["DTP"] if each not in placed]
        dates = [self._elements.dates(cut, position, "2400") for cut, position in placed]
        return DentalService(
            oral_cavity=self._elements.said(service[4]),
            prosthesis=service[5],
            prior_placement=dates[0].start if dates and dates[0] is not None else None,
            prior_placement_is_estimated=bool(placed) and placed[0][0][1] == PLACED_ESTIMATED,
            teeth=tuple(
                [Tooth(code=cut[2], surfaces=self._elements.said(cut[3])) for cut, _ in segments.get("TOO", ())]
            ),
        )

    def _is_predetermination(self, draft: ClaimDraft) -> bool:
        return self._elements.split(draft.segment[0])[19] == PREDETERMINATION

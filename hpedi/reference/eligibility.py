"""What a payer answers eligibility inquiries with: services that stand for service types, words, and whom tests find.

A service type (EQ01) names a kind of care; plans are written in codes, places and diagnoses. A row says which service
stands for it: its benefit row, cost share and limits are then looked up as for a claim line.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from hpedi.finding_kinds import found
from hpedi.findings import Finding
from hpedi.reference.dated import Entry, Lasting
from hpedi.reference.members import Family
from hpedi.reference.shape import Places
from hpedi.reference.values import Name


class RepresentativeService(Lasting, frozen=True, kw_only=True):
    """A service that stands for service types; several may stand for one.

    Attributes:
        service_types: Codes of EQ01 and EB03.
        diagnoses: Codes without points; the line points to all of them.
        type_of_bill: Of the claim, as plans write it.
        designated_online: It is given by a designated online provider.
        is_covered: False: no plan covers this kind of care, whatever its rows say.
        tells_place: The place of service is told with what it costs: other rows are about other places.
        plans: Ids of the plans that it is for; all if empty.
        message: Words that are sent with what it costs.
    """

    service_types: tuple[Name, ...]
    code: str = ""
    modifiers: tuple[str, ...] = ()
    place_of_service: str = ""
    diagnoses: tuple[str, ...] = ()
    revenue_code: str = ""
    type_of_bill: str = ""
    designated_online: bool = False
    is_covered: bool = True
    tells_place: bool = False
    plans: tuple[Name, ...] = ()
    message: str = ""


class PlanMessage(Lasting, frozen=True, kw_only=True):
    """Words that are sent with the coverage itself, such as that a network is open; of all plans if none is named."""

    text: Name
    plans: tuple[Name, ...] = ()


class EligibilityTerms(Entry, frozen=True, kw_only=True):
    """All of it, in the order of the payer.

    Attributes:
        services: What stands for service types.
        messages: Words about plans.
        test_families: Made-up people, whom inquiries sent for testing (ISA15 = T) are answered about, and nothing else.
    """

    services: tuple[RepresentativeService, ...] = ()
    messages: tuple[PlanMessage, ...] = ()
    test_families: tuple[Family, ...] = ()


NO_ELIGIBILITY_TERMS = EligibilityTerms()


def check_eligibility(terms: EligibilityTerms, plans: frozenset[str], places: Places) -> Iterator[Finding]:
    """Check what is answered against the plans of a payer folder.

    Findings:
        reference-link: A plan, or a member of a test family, is not defined.
        reference-value: A span ends before it begins.
    """
    rows: tuple[RepresentativeService | PlanMessage, ...] = (*terms.services, *terms.messages)
    for row in rows:
        if not plans.issuperset(row.plans):
            yield found("reference-link", places.of(row, "plans"), _UNDEFINED.format(field="plans"))
        if row.end is not None and row.end < row.start:
            message = "The span ends before it begins; correct `from` or `to` (both days are included)."
            yield found("reference-value", places.of(row), message)
    for family in terms.test_families:
        members = {member.id for member in family.members}
        for span in family.coverage:
            for field, known in (("plan", plans), ("member", members)):
                if getattr(span, field) not in known:
                    yield found("reference-link", places.of(span, field), _UNDEFINED.format(field=field))


_UNDEFINED: Final = "`{field}` names something that is not defined; define it or correct the name."

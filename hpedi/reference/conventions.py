"""How the payer decides where it has a choice: order of edits, duplicate keys, reasons, rule parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from hpedi.reference.dated import Dated, Entry
from hpedi.reference.plans import Tier
from hpedi.reference.values import Money, Name

CostShareType = Literal["copay", "deductible", "coinsurance"]
EditName = Literal[
    "member_unknown",
    "coverage",
    "provider_not_eligible",
    "timely_filing",
    "duplicate",
    "cob_information",
    "code_not_valid",
    "modifier",
    "age",
    "sex",
    "ndc_missing",
    "formulary",
    "exclusion",
    "experimental",
    "medical_policy",
    "component_paid",
    "ptp",
    "prior_auth",
    "mue",
    "unlisted_code",
    "benefit_maximum",
]
Recovery = Literal["offset_same_remit", "notify_then_offset"]
"""Taken back in the remittance that tells of it, or told in one and taken back in later ones."""
DuplicateField = Literal["member", "billing_npi", "dos", "code", "modifiers", "units", "charge"]


class Emergency(Entry, frozen=True, kw_only=True):
    """What makes a claim an emergency, and the benefit tier it then has wherever it was given."""

    revenue_codes: tuple[str, ...] = ()
    pos: tuple[str, ...] = ()
    benefit_tier: Tier = "INN"

    def names(self, place_of_service: str, revenue_code: str) -> bool:
        """Say whether a service is an emergency by its place or revenue code."""
        return place_of_service in self.pos or revenue_code in self.revenue_codes


class Protection(Entry, frozen=True, kw_only=True):
    """Whom members choose no provider of: who gives services at a facility in the network, but is outside of it.

    Attributes:
        pos: Places of service that are such facilities.
        benefit_tier: The tier whose benefits the services have, and whose network the facility is in.
    """

    pos: tuple[str, ...]
    benefit_tier: Tier = "INN"


class DuplicateKeys(Entry, frozen=True, kw_only=True):
    """What makes two lines the same (denied) or nearly so (pended), and for which claim frequencies it is looked at."""

    exact_key: tuple[DuplicateField, ...]
    near_key: tuple[DuplicateField, ...] = ()
    applies_to_frequency: tuple[str, ...] = ("1",)


class Status277(Entry, frozen=True, kw_only=True):
    """Claim status category and code of a decided claim.

    A denied claim has its reason's; a denied correction has the category of `corrected` with its reason's code.
    """

    paid: Name
    zero_cost_share: Name
    pended: Name
    corrected: Name


class Review(Entry, frozen=True, kw_only=True):
    """When a decided claim waits for somebody to look at it: what it pays or charges is above an amount, US dollars."""

    pend: Name
    message: Name
    paid_over: Money | None = None
    charged_over: Money | None = None


class Conventions(Dated, frozen=True, kw_only=True):
    """The payer's conventions for claims received in a span.

    Attributes:
        edit_order: Edits in the order they are tried; the first that denies a line ends its edits.
        protection: Services out of network that members are protected for beside emergencies; none if absent.
        clp02: Claim status code by payer responsibility (SBR01).
        oop_counts: Parts of the cost share that count to the out-of-pocket maximum.
        oop_cap_removes: Parts that the maximum removes, in this order.
        oop_cap_remark: Remark code on a line whose cost share it reduced.
        admitted_tob_prefixes: Types of bill of patients who were admitted (`waived_if: admitted` of a copay).
        frequencies: Claim frequencies (CLM05-3) that are decided as first claims.
        replacing: Frequencies that replace an earlier claim; those in neither list and not in `voiding` pend.
        voiding: Frequencies that void an earlier claim.
        not_on_corrections: Edits that a correction is tried against only where they denied lines of what it corrects.
        reviews: What waits for somebody to look at it before it is final.
        recovery: By reason of a correction, how what it lowers is taken back; in the same remittance where absent.
    """

    edit_order: tuple[EditName, ...]
    duplicate: DuplicateKeys
    emergency: Emergency = Emergency()
    protection: Protection | None = None
    clp02: Mapping[str, str]
    status277: Status277
    oop_counts: tuple[CostShareType, ...]
    oop_cap_removes: tuple[CostShareType, ...]
    oop_cap_remark: str = ""
    admitted_tob_prefixes: tuple[str, ...] = ()
    frequencies: tuple[str, ...] = ("1",)
    replacing: tuple[str, ...] = ()
    voiding: tuple[str, ...] = ()
    not_on_corrections: tuple[EditName, ...] = ()
    reviews: tuple[Review, ...] = ()
    recovery: Mapping[str, Recovery] = {}


class ConventionsHistory(Entry, frozen=True, kw_only=True):
    """All conventions, by date."""

    versions: tuple[Conventions, ...]


class Reason(Dated, frozen=True, kw_only=True):
    """A reason and the codes that stand for it on claims received in a span.

    Attributes:
        reason: Its name, by which rules, plans and contracts call it.
        status277: Claim status of a claim denied for it.
        clp02: Claim status code of a claim denied for it, where not the usual one.
        pend: Our pend code, where the reason pends a claim instead of adjusting it.
        clean_claim: False where a claim so denied starts no interest clock.
    """

    reason: Name
    group: Literal["CO", "PR", "OA", "PI"] | None = None
    carc: str = ""
    rarcs: tuple[str, ...] = ()
    status277: str = ""
    clp02: str = ""
    pend: str = ""
    clean_claim: bool = True
    note: str = ""


class ReasonCodes(Entry, frozen=True, kw_only=True):
    """All reasons."""

    reasons: tuple[Reason, ...]


class RuleParameter(Dated, frozen=True, kw_only=True):
    """A number or list of a rule that is nobody's contract: from a statute or a code list, with its source."""

    name: Name
    value: str = ""
    values: tuple[str, ...] = ()
    unit: str = ""
    source: Name


class RuleFile(Entry, frozen=True, kw_only=True):
    """The parameters of a rule; `date` says which date of a claim picks the one in force."""

    rule: Name
    description: Name
    date: Name
    parameters: tuple[RuleParameter, ...]

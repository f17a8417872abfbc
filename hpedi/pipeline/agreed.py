"""What receiving needs besides the books, and what of it is agreed on with the sender of the interchange under way.

A sender that we do not know has agreed on nothing of its own: it is judged as anybody, and refused for being unknown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias

from hpedi.acceptance.judgement import InterchangeJudgement
from hpedi.acceptance.judging import GuideFor, KnownVersionOf, SetsOfGroup
from hpedi.acceptance.rules.plan import CheckPlan
from hpedi.acceptance.verdicts import Verdict
from hpedi.access.rules import AccessRules
from hpedi.claims.claim import Claim
from hpedi.findings import MASKED
from hpedi.guides.load import Guide
from hpedi.partners.identities import may_send_version, may_submit_as, partner_of
from hpedi.partners.limits import limits_of
from hpedi.pipeline.asking import InquiryData
from hpedi.pipeline.received import SetsSent
from hpedi.pipeline.records import InboundFile
from hpedi.reference.partners import Partner
from hpedi.reference.reference import Reference
from hpedi.x12.events import InterchangeStart
from hpedi.x12.limits import Limits

WeighedPlanFor: TypeAlias = Callable[[Guide, frozenset[str], Mapping[str, str]], CheckPlan | None]
"""As `PlanFor`, with other weights of rules by their id."""

_SET_ID: Final = re.compile("[0-9]{3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptTerms:
    """What receiving needs besides the books.

    Attributes:
        reference: The payer's reference data: who we are, who our partners and providers are.
        guide_for: Finds the guide of a set.
        name_of: Names a guide as profiles of partners do, for example 837P.
        plan_for: Finds the rules above it, with the weights that a partner gives them.
        sets_of_group: Knows which sets belong to a group.
        known_version: Knows the versions of guides that are not adopted.
        access_rules: What the roles may do.
        inquiry_data: What inquiries are answered by.
        limits: What a file may ask of us.
        grouped_drg: Groups the stay of an admitted patient; empty for all other claims, or where nobody groups.
        quarantine: Keeps a file that is no X12 apart, with the reason; called again after a kill.
        progress: Told how many bytes were read since it was last told.
    """

    reference: Reference
    guide_for: GuideFor
    name_of: Callable[[Guide], str]
    plan_for: WeighedPlanFor
    sets_of_group: SetsOfGroup
    known_version: KnownVersionOf
    access_rules: AccessRules
    inquiry_data: InquiryData
    limits: Limits
    quarantine: Callable[[InboundFile, str], None]
    progress: Callable[[int], None] = lambda _bytes: None
    grouped_drg: Callable[[Claim, date], str] = lambda _claim, _received: ""


def limits_by(terms: ReceiptTerms) -> Callable[[InterchangeStart], Limits]:
    """Return what finds the limits of an interchange: those of its sender where it has its own."""
    return lambda start: limits_of(partner_of(start, terms.reference.partners), terms.limits)


class Agreed:
    """What holds for one interchange after the other.

    Attributes:
        sender: Who sent the one under way; None where we do not know.
    """

    def __init__(self, terms: ReceiptTerms) -> None:
        """Begin before the first interchange."""
        self.sender: Partner | None = None
        self._terms = terms

    def guide_for(self, functional_id: str, version: str, transaction_set: str) -> Guide | None:
        """Return the guide of a set that the sender may send; None for the others."""
        guide = self._guide(functional_id, version, transaction_set)
        return guide if guide is not None and self._is_sent(guide) else None

    def may_send(self, functional_id: str, version: str, transaction_set: str) -> bool:
        """Say whether a set that we have a guide for is one that the sender may send."""
        guide = self._guide(functional_id, version, transaction_set)
        return guide is None or self._is_sent(guide)

    def may_submit(self, submitter_id: str) -> bool:
        """Say whether the sender may send claims of a submitter (1000A NM109)."""
        return self.sender is None or may_submit_as(self.sender, submitter_id)

    def plan_for(self, guide: Guide, receivers: frozenset[str]) -> CheckPlan | None:
        """Return the rules of a guide as the sender weighs them."""
        return self._terms.plan_for(guide, receivers, self.sender.severities if self.sender is not None else {})

    def kinds(self, judged: InterchangeJudgement) -> dict[str, SetsSent]:
        """Count an interchange's sets by the short name of their guide, or by ST01 where we have none."""
        kinds: dict[str, SetsSent] = {}
        for group in judged.groups:
            for each in group.sets:
                guide = self._guide(group.functional_id, group.version, each.id)
                unnamed = each.id if _SET_ID.fullmatch(each.id) else MASKED
                name = self._terms.name_of(guide) if guide is not None else unnamed
                so_far = kinds.get(name, SetsSent())
                kinds[name] = so_far.plus(is_refused=each.verdict is Verdict.REJECTED)
        return kinds

    def _is_sent(self, guide: Guide) -> bool:
        return self.sender is None or not self.sender.sends or self._terms.name_of(guide) in self.sender.sends

    def _guide(self, functional_id: str, version: str, transaction_set: str) -> Guide | None:
        """Return the guide of a set; of a version not adopted that the sender may send, the adopted one."""
        known = self._terms.known_version(functional_id, version, transaction_set)
        is_allowed = known is not None and self.sender is not None and may_send_version(self.sender, version)
        chosen = known.adopted if known is not None and is_allowed else version
        return self._terms.guide_for(functional_id, chosen, transaction_set)

"""Whose claims a trading partner may submit: the grants that a file is held against.

A partner under whose identities a registered third party sends needs a grant of the claim's billing provider, with the
area submit, on the day the file came, for the use (ISA15) it is sent for. Any other partner is not asked.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Final

from hpedi.access.decision import Asker
from hpedi.access.grants import ProviderId
from hpedi.access.reach import Scope
from hpedi.access.rules import SENDER, AccessRules
from hpedi.claims.claim import Claim
from hpedi.pipeline.ports import Books
from hpedi.reference.partners import Partner
from hpedi.run_context import Principal, RunContext

CLAIM_FILE: Final = "claim file"


@dataclass(slots=True)
class Submitters:
    """The senders of one file; what was granted to each is read once, so that it holds for the whole file."""

    books: Books
    context: RunContext
    rules: AccessRules
    received_on: date
    _askers: dict[str, Asker | None] = field(default_factory=dict)
    _told: dict[tuple[str, str, ProviderId], bool] = field(default_factory=dict)

    def may_submit(self, partner: Partner | None, usage: str, claim: Claim) -> bool:
        """Say whether a partner may send this claim for its billing provider."""
        who = self._asker(partner) if partner is not None else None
        if who is None:
            return True
        provider = ProviderId(claim.billing.tax_id, claim.billing.npi)
        asked = (who.principal.id, usage, provider)
        if asked not in self._told:
            self._told[asked] = who.may("submit", Scope(thing=CLAIM_FILE, provider=provider, usage=usage))
        return self._told[asked]

    def _asker(self, partner: Partner) -> Asker | None:
        if partner.id not in self._askers:
            self._askers[partner.id] = self._read(partner)
        return self._askers[partner.id]

    def _read(self, partner: Partner) -> Asker | None:
        with self.books.reading(self.context) as work:
            third_party = work.grants.third_party_of_partner(partner.id)
            if third_party is None:
                return None
            grants = work.grants.of_organisation(third_party)
        sender = Principal(f"partner:{partner.id}", "partner", partner.name, frozenset({SENDER}), third_party)
        return Asker(principal=sender, grants=grants, day=self.received_on, rules=self.rules)

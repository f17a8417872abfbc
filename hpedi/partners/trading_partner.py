"""A trading partner: who sends us files, under which names, and where its answers go.

Partners are reference data, loaded by a user; nothing here reads a store. Who may act for which provider is `access`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

IsaId = tuple[str, str]
"""An interchange identity: qualifier (ISA05/ISA07) and id (ISA06/ISA08) without its trailing blanks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TradingPartner:
    """One partner and the identities it may send under.

    Attributes:
        id: Our identifier, for example `lakes`.
        name: For people to read.
        isa_ids: (qualifier, id) pairs it may send in ISA05 and ISA06.
        gs_ids: Application senders it may send in GS02; empty allows any.
        submitter_ids: Submitters it may send in 1000A NM109; empty allows any.
        usages: What it may send in ISA15: T for test, P for production.
        guide_versions: Versions (GS08) it may send beyond the adopted ones.
        folder: Name of its delivery folder, below the outbox.
    """

    id: str
    name: str
    isa_ids: tuple[IsaId, ...]
    gs_ids: tuple[str, ...] = ()
    submitter_ids: tuple[str, ...] = ()
    usages: tuple[str, ...] = ("P", "T")
    guide_versions: tuple[str, ...] = ()
    folder: str = ""

    def sends_as(self, qualifier: str, isa_id: str) -> bool:
        """Say whether the partner may send under this interchange identity."""
        return (qualifier.strip(), isa_id.strip()) in self.isa_ids

    def may_use_group(self, application_sender: str) -> bool:
        """Say whether the partner may send groups with this GS02."""
        return not self.gs_ids or application_sender.strip() in self.gs_ids

    def may_submit_as(self, submitter_id: str) -> bool:
        """Say whether the partner may send transaction sets of this submitter (1000A NM109)."""
        return not self.submitter_ids or submitter_id in self.submitter_ids


def find_partner(partners: Sequence[TradingPartner], qualifier: str, isa_id: str) -> TradingPartner | None:
    """Return the partner that sends under an interchange identity; None where nobody does."""
    return next((partner for partner in partners if partner.sends_as(qualifier, isa_id)), None)

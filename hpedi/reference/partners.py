"""Trading partners: who may send what, in which state they are, and how they are answered.

A profile is what is agreed on with one partner. Providers and payers are elsewhere; who may act for which provider is
not decided here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final, Literal, TypeAlias

import msgspec

from hpedi.identifiers import ssh_key
from hpedi.reference.dated import Entry
from hpedi.reference.values import FolderName, Name, SshKey

PartnerState: TypeAlias = Literal["draft", "testing", "live", "suspended"]
PartnerKind: TypeAlias = Literal["provider", "clearinghouse", "billing-service"]
Weight: TypeAlias = Literal["error", "warning", "off"]
Ta1Choice: TypeAlias = Literal["always", "asked", "never"]

UNKNOWN_SENDERS: Final = "unknown-senders"
"""The folder of answers to senders that we do not know, and the counter of what is sent to them."""

PICK_UP: Final = "pick-up"
"""The folder of those folders whose names are taken already."""

RESERVED: Final = frozenset({UNKNOWN_SENDERS, PICK_UP})
"""What neither a partner nor its folder may be called."""


class IsaIdentity(Entry, frozen=True, kw_only=True):
    """An interchange identity: ISA05 and ISA06."""

    qualifier: Name
    id: Name


class Acknowledgements(Entry, frozen=True, kw_only=True):
    """How interchanges are answered. A refused interchange always gets its TA1, and each group its 999.

    Attributes:
        ta1: A TA1 for what is accepted: always, when ISA14 asks for one, or never.
        claims: Whether claims are answered with a 277CA.
        line_breaks: Whether a line feed follows each segment of an answer.
    """

    ta1: Ta1Choice = "asked"
    claims: bool = True
    line_breaks: bool = False


class PartnerKey(Entry, frozen=True, kw_only=True):
    """A public key that the partner signs in with: good from the day it was added until the day it is revoked."""

    key: SshKey
    added: date
    revoked: date | None = None

    @property
    def fingerprint(self) -> str:
        """What people compare: the SHA-256 of the key as OpenSSH shows it."""
        return ssh_key.fingerprint(self.key)

    def is_good(self, day: date) -> bool:
        """Say whether the key opens the door on a day."""
        return self.added <= day and (self.revoked is None or day < self.revoked)


class PartnerContact(Entry, frozen=True, kw_only=True):
    """Whom to ask at the partner, and for what."""

    name: Name
    role: str = ""
    phone: str = ""
    email: str = ""


class Partner(Entry, frozen=True, kw_only=True):
    """A trading partner: the identities it may send under, and the folder its answers go to.

    Attributes:
        kind: What it is.
        state: draft: nothing is taken; testing: only ISA15 = T; live: T and P; suspended: nothing is taken.
        resumes_as: The state it goes back to from suspended.
        gs_ids: Application senders (GS02) it may use; empty allows any.
        submitter_ids: Submitters (1000A NM109) it may send; empty allows any.
        usages: What it may send in ISA15 when it is live: P, T.
        sends: Transaction sets that it may send, by the short names of their guides (837P); empty allows any.
        receives: Transaction sets that it is sent beside acknowledgements (835); empty allows any.
        allowed_versions: Versions of guides (GS08) that are not adopted and that it may send all the same; a set of one
            is judged by the adopted guide.
        acknowledgements: How it is answered.
        severities: Its own weights of rules of SNIP 4 to 6, by rule id.
        limits: Its own limits of what an interchange may ask of us, by their names in `hpedi.x12.limits`.
        folder: Its delivery folder; its id if empty.
        remittances_for: Providers whose 835s it receives; a provider's own folder gets those that no partner receives.
        remittances_a_file: How many 835s of a payment run a file may hold; 1 keeps each in a file of its own.
        keys: Public keys that it signs in with.
        contacts: Whom to ask.
    """

    id: Name
    name: Name
    kind: PartnerKind = "provider"
    state: PartnerState = "live"
    resumes_as: PartnerState = "live"
    isa_ids: tuple[IsaIdentity, ...]
    gs_ids: tuple[str, ...] = ()
    submitter_ids: tuple[str, ...] = ()
    usages: tuple[str, ...] = ("P", "T")
    sends: tuple[str, ...] = ()
    receives: tuple[str, ...] = ()
    allowed_versions: tuple[str, ...] = ()
    acknowledgements: Acknowledgements = Acknowledgements()
    severities: Mapping[str, Weight] = msgspec.field(default_factory=dict)
    limits: Mapping[str, int] = msgspec.field(default_factory=dict)
    folder: FolderName = ""
    remittances_for: tuple[Name, ...] = ()
    remittances_a_file: int = 1
    keys: tuple[PartnerKey, ...] = ()
    contacts: tuple[PartnerContact, ...] = ()

    @property
    def delivery_folder(self) -> str:
        """The folder that its answers go to, below the outbox."""
        return self.folder or self.id

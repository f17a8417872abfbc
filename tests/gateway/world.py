"""Ten partners of one payer, the files that they send, and a workspace that takes them.

Every claim has a member, dates and amounts of its own, so that none is a duplicate of another; a partner's files have
its identities and control numbers of their own.
"""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import yaml
from msgspec.structs import replace as changed

from benchmarks.claims_837p import FIRST_SERVICE, claim, write_payer_folder
from hpedi.claims.claim import Claim
from hpedi.claims.parties import Name
from hpedi.claims.submission import SubmissionHeader
from hpedi.service_dates import DateSpan
from hpedi.transactions.claim_837.write import FUNCTIONAL_ID, SET_ID, VERSION, write_claims
from hpedi.x12.writer import FunctionalGroup, Interchange, InterchangeParty, TransactionSet, write_x12
from samples.sample_claims import PAYER

PARTNERS: Final = 10
FIRST_CONTROL_NUMBER: Final = 1_000
DAYS_AGO: Final = 70
"""When the first service was: all are past, and none is too late for timely filing."""


@dataclass(frozen=True, slots=True)
class Site:
    """A trading partner: its id, which is also its folder, its sender name and its user name."""

    number: int
    key: Path

    @property
    def id(self) -> str:
        """Its id."""
        return f"site-{self.number:02d}"

    @property
    def sender(self) -> str:
        """What stands in ISA06, GS02 and NM109 of 1000A."""
        return f"SITE{self.number:02d}"


@dataclass(frozen=True, slots=True)
class Sending:
    """A file that a partner sends.

    Attributes:
        site: Who.
        name: Under which name.
        control_number: ISA13, which no other file of the partner has.
        content: Its bytes.
        accounts: CLM01 of its claims.
    """

    site: Site
    name: str
    control_number: int
    content: bytes
    accounts: tuple[str, ...]

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of its bytes."""
        return hashlib.sha256(self.content).hexdigest()


def make_sites(folder: Path, count: int = PARTNERS) -> tuple[Site, ...]:
    """Make partners with a key pair each, by OpenSSH's own tool."""
    sites = tuple(Site(number, folder / f"site-{number:02d}.key") for number in range(1, count + 1))
    for site in sites:
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", site.id, "-f", str(site.key)], check=True)
    return sites


def write_payer(folder: Path, sites: Sequence[Site], claims: int) -> None:
    """Write a payer folder with these partners beside its own, and a member for each of so many claims."""
    write_payer_folder(folder, claims)
    partners = folder / "partners.yaml"
    said = yaml.safe_load(partners.read_text())
    said["partners"] += [
        {
            "id": site.id,
            "name": site.sender,
            "kind": "clearinghouse",
            "isa_ids": [{"qualifier": "ZZ", "id": site.sender}],
            "gs_ids": [site.sender],
            "submitter_ids": [site.sender],
            "keys": [{"key": site.key.with_suffix(".key.pub").read_text().strip(), "added": "2026-01-01"}],
        }
        for site in sites
    ]
    partners.write_text(yaml.safe_dump(said))


def sendings(sites: Sequence[Site], files: int, claims: int) -> Iterator[Sending]:
    """Yield so many files of so many claims each, the partners in turn."""
    for number in range(files):
        site = sites[number % len(sites)]
        control_number = FIRST_CONTROL_NUMBER + number
        numbers = range(number * claims, (number + 1) * claims)
        sent = [_recent(claim(each), site) for each in numbers]
        yield Sending(
            site=site,
            name=f"claims-{control_number}.837",
            control_number=control_number,
            content=_interchange(site, control_number, sent),
            accounts=tuple(each.patient_control_number for each in sent),
        )


def _recent(billed: Claim, site: Site) -> Claim:
    """Return a claim as a partner sends it, for services of the last weeks."""
    moved = datetime.now(UTC).date() - timedelta(days=DAYS_AGO) - FIRST_SERVICE
    lines = tuple(
        changed(line, dates=DateSpan(line.dates.start + moved, line.dates.end + moved))
        for line in billed.lines
        if line.dates is not None
    )
    return changed(billed, submitter_id=site.sender, lines=lines)


def _interchange(site: Site, control_number: int, claims: Sequence[Claim]) -> bytes:
    now = datetime.now(UTC).replace(tzinfo=None)
    header = SubmissionHeader(
        reference=f"{site.sender}-{control_number}",
        created=now.date(),
        created_time=f"{now:%H%M}",
        submitter_id=site.sender,
        submitter=Name(last=site.sender),
        contact_name="CLAIMS OFFICE",
        contact_phone="5075550199",
        receiver_name=PAYER.name,
        receiver_id=PAYER.id,
    )
    body = TransactionSet(
        id=SET_ID, control_number="0001", version=VERSION, segments=tuple(write_claims(claims, header))
    )
    group = FunctionalGroup(
        functional_id=FUNCTIONAL_ID,
        sender=site.sender,
        receiver=PAYER.id,
        instant=now,
        control_number=control_number,
        version=VERSION,
        sets=(body,),
    )
    whole = Interchange(
        sender=InterchangeParty("ZZ", site.sender),
        receiver=InterchangeParty("ZZ", PAYER.id),
        instant=now,
        control_number=control_number,
        usage="P",
        ack_requested=True,
        groups=(group,),
    )
    return write_x12(whole, line_breaks=True)

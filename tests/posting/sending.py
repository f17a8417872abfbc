"""The 837s that the payees of a posting trial send: one set of claims of one type in an interchange."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time

from hpedi.claims.claim import Claim
from hpedi.claims.parties import Name
from hpedi.claims.submission import SubmissionHeader
from hpedi.reference.payer import Payer
from hpedi.transactions.claim_837.claim_types import GUIDES
from hpedi.transactions.claim_837.write import FUNCTIONAL_ID, SET_ID, write_claims
from hpedi.x12.writer import FunctionalGroup, Interchange, InterchangeParty, TransactionSet, write_x12
from tests.golden.world import PARTNER


def interchange_of(claims: Sequence[Claim], sent: date, number: int, payer: Payer) -> bytes:
    """Return a file with claims of one type, under an interchange control number."""
    identity, sender = payer.identities[0], PARTNER["isa_ids"][0]
    header = SubmissionHeader(
        reference=f"POSTING-{number}",
        created=sent,
        created_time="0800",
        submitter_id=claims[0].submitter_id,
        submitter=Name(last=PARTNER["name"]),
        contact_name="RECEIVABLES OFFICE",
        contact_phone="9525550100",
        receiver_name=payer.name,
        receiver_id=payer.payer_id,
    )
    instant, version = datetime.combine(sent, time(8)), GUIDES[claims[0].type]
    body = TransactionSet(id=SET_ID, control_number="0001", version=version, segments=write_claims(claims, header))
    group = FunctionalGroup(
        functional_id=FUNCTIONAL_ID,
        sender=PARTNER["gs_ids"][0],
        receiver=identity.gs_id,
        instant=instant,
        control_number=number,
        version=version,
        sets=(body,),
    )
    return write_x12(
        Interchange(
            sender=InterchangeParty(sender["qualifier"], sender["id"]),
            receiver=InterchangeParty(identity.isa_qualifier, identity.isa_id),
            instant=instant,
            control_number=number,
            usage="P",
            groups=(group,),
        )
    )

"""What sums over decisions are made of: what was allowed, and the denied lines, kept beside the sealed decision."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlalchemy import Connection, bindparam, select, update

from hpedi.adjudication.decision import ClaimDecision
from hpedi.adjudication.denials import denials_of
from hpedi.safekeeping.vault import Vault
from hpedi.store.denial_tables import denial
from hpedi.store.encoding import decode
from hpedi.store.inserts import Insert
from hpedi.store.tables import decision

AT_ONCE: Final = 1_000

INSERT_DENIALS: Final = Insert(denial, "control_number", "version", "line", "reason", "amount")
_UNNOTED: Final = (
    select(decision.c.control_number, decision.c.version, decision.c.sealed, decision.c.ordinal)
    .where(decision.c.allowed.is_(None), decision.c.ordinal > bindparam("after"))
    .order_by(decision.c.ordinal)
    .limit(AT_ONCE)
)
_NOTE: Final = (
    update(decision)
    .where(decision.c.control_number == bindparam("of_claim"), decision.c.version == bindparam("of_version"))
    .values(allowed=bindparam("allowed_of_it"))
)


def denial_rows(made: ClaimDecision) -> Iterator[tuple[object, ...]]:
    """Yield the rows of a decision's denied lines."""
    for each in denials_of(made):
        yield (made.payer_claim_control_number, made.version, each.line, each.reason, each.amount)


def note_older(connection: Connection, vault: Vault) -> None:
    """Note what was allowed and denied by the decisions of before it was kept; a migration has no key to open them."""
    after = -1
    while rows := connection.execute(_UNNOTED, {"after": after}).all():
        after = rows[-1].ordinal
        made = [decode(ClaimDecision, vault.open(row[2], f"decision/{row[0]}/{row[1]}")) for row in rows]
        INSERT_DENIALS(connection, [row for each in made for row in denial_rows(each)])
        noted = [
            {"of_claim": each.payer_claim_control_number, "of_version": each.version, "allowed_of_it": each.allowed}
            for each in made
        ]
        connection.execute(_NOTE, noted)

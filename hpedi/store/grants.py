"""What providers granted organisations: requests, every state each had, and proofs of control."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Final, TypeAlias

from sqlalchemy import ColumnElement, Connection, Row, bindparam, func, select

from hpedi.access.control import MailedPin
from hpedi.access.grants import Area, Grant, GrantState, ProviderId, check_change
from hpedi.access.organisations import OrganisationKind
from hpedi.run_context import RunContext
from hpedi.safekeeping.vault import Vault
from hpedi.state_history import StateEvent
from hpedi.store.access_tables import access_grant, access_grant_event, organisation, proof_attempt, proof_pin
from hpedi.store.encoding import decode, encode
from hpedi.store.numbers import next_id
from hpedi.store.questions import Question
from hpedi.store.state_rows import StateRows

GrantRow: TypeAlias = Row[tuple[object, ...]]
KnownGrants: TypeAlias = dict[str, tuple[tuple[int, int], tuple[Grant, ...]]]
"""Grants by organisation, with how many states they had and the id of the last one: states are only ever added."""

_EVENTS: Final = StateRows(access_grant_event, "access_grant", GrantState)
_STATES: Final = Question(
    select(func.count(), func.max(access_grant_event.c.id))
    .join_from(access_grant, access_grant_event, access_grant_event.c.access_grant == access_grant.c.id)
    .where(access_grant.c.organisation == bindparam("house"))
)


class StoredGrants:
    """Grants in rows; the states of each are rows that are only ever added."""

    def __init__(
        self, connection: Connection, vault: Vault, context: RunContext, known: KnownGrants | None = None
    ) -> None:
        """Work inside an open transaction, on behalf of somebody; `known` is what earlier ones read of what stands."""
        self._connection = connection
        self._vault = vault
        self._context = context
        self._known = {} if known is None else known

    def request(self, asked: Grant) -> int:
        """Keep a request with its history so far; return its number. `asked.id` does not matter."""
        provider = self._provider(asked.provider)
        row_id: int = self._connection.execute(
            access_grant.insert()
            .values(
                id=next_id(self._connection, access_grant),
                organisation=asked.organisation,
                provider=provider,
                sealed=self._vault.seal(encode(asked.provider), _context(asked.organisation)),
                is_own=asked.is_own,
                areas=" ".join(sorted(asked.areas)),
                usage=asked.usage,
                starts_on=asked.start,
                ends_on=asked.end,
                approver=asked.approver,
            )
            .returning(access_grant.c.id)
        ).scalar_one()
        _EVENTS.add(self._connection, row_id, asked.history)
        return row_id

    def change(self, grant: Grant, state: GrantState, why: str = "") -> Grant:
        """Bring a grant into another state, and return it as it stands then.

        Raises:
            WrongState: It cannot go there.
        """
        check_change(grant, state)
        event = StateEvent(state=state, at=self._context.instant, by=self._context.principal.id, why=why)
        _EVENTS.add(self._connection, grant.id, [event], after=len(grant.history))
        return replace(grant, history=(*grant.history, event))

    def find(self, grant: int) -> Grant | None:
        """Return a grant by its number."""
        return next(iter(self._read(access_grant.c.id == grant)), None)

    def of_organisation(self, organisation_id: str) -> tuple[Grant, ...]:
        """Return what an organisation asked for and has.

        It is asked at every inquiry: what was read before stands as long as no state was added, which is looked at.
        """
        ((count, last),) = _STATES(self._connection, house=organisation_id)
        states, known = (count, last), self._known.get(organisation_id)
        if known is None or known[0] != states:
            known = (states, self._read(access_grant.c.organisation == organisation_id))
            self._known[organisation_id] = known
        return known[1]

    def for_providers(self, providers: Sequence[ProviderId]) -> tuple[Grant, ...]:
        """Return what anybody asked for or has for some providers."""
        return self._read(access_grant.c.provider.in_([self._provider(each) for each in providers]))

    def all(self) -> tuple[Grant, ...]:
        """Return every grant."""
        return self._read(access_grant.c.id.is_not(None))

    def third_party_of_partner(self, partner: str) -> str | None:
        """Return the third party (organisation id) that sends as a trading partner; None where none does."""
        named = (organisation.c.partner == partner) & (organisation.c.kind == OrganisationKind.THIRD_PARTY.value)
        return self._connection.execute(select(organisation.c.id).where(named).order_by(organisation.c.id)).scalar()

    def house_of_partner(self, partner: str) -> tuple[str, OrganisationKind] | None:
        """Return the organisation (id and kind) that is registered as a trading partner; None where none is."""
        named = select(organisation.c.id, organisation.c.kind).where(organisation.c.partner == partner)
        row = self._connection.execute(named.order_by(organisation.c.id)).first()
        return None if row is None else (row.id, OrganisationKind(row.kind))

    def kind_of(self, organisation_id: str) -> OrganisationKind | None:
        """Return what an organisation is; None where there is none."""
        kind = select(organisation.c.kind).where(organisation.c.id == organisation_id)
        found = self._connection.execute(kind).scalar()
        return None if found is None else OrganisationKind(found)

    def _read(self, condition: ColumnElement[bool]) -> tuple[Grant, ...]:
        rows = self._connection.execute(select(access_grant).where(condition).order_by(access_grant.c.id)).all()
        histories = _EVENTS.histories(self._connection, select(access_grant.c.id).where(condition)) if rows else {}
        return tuple(self._grant(row, histories[row.id]) for row in rows)

    def _grant(self, row: GrantRow, history: tuple[StateEvent[GrantState], ...]) -> Grant:
        return Grant(
            id=row.id,
            organisation=row.organisation,
            provider=decode(ProviderId, self._vault.open(row.sealed, _context(row.organisation))),
            is_own=row.is_own,
            areas=frozenset(Area(area) for area in row.areas.split()),
            usage=row.usage,
            start=row.starts_on,
            end=row.ends_on,
            approver=row.approver,
            history=history,
        )

    # --- proof of control ---------------------------------------------------------------------------------------

    def add_pin(self, grant: int, pin: str, good_to: date, at: datetime) -> None:
        """Keep the digest of a PIN that is mailed for a request; it takes the place of an earlier one."""
        self._connection.execute(
            proof_pin.insert().values(
                access_grant=grant,
                digest=self.pin_digest(grant, pin),
                good_to=good_to,
                made_at=at,
                made_by=self._context.principal.id,
            )
        )

    def pin(self, grant: int) -> MailedPin | None:
        """Return the PIN that was last mailed for a request."""
        newest = select(proof_pin).where(proof_pin.c.access_grant == grant).order_by(proof_pin.c.id.desc()).limit(1)
        row = self._connection.execute(newest).first()
        return None if row is None else MailedPin(digest=row.digest, good_to=row.good_to)

    def pin_digest(self, grant: int, pin: str) -> str:
        """Return what is kept of a PIN for a request."""
        return self._vault.digest(pin.encode(), f"pin/{grant}")

    def add_attempt(self, grant: int, at: datetime, *, is_right: bool) -> int:
        """Remember an attempt to prove control; return how many were wrong so far."""
        who = self._context.principal.id
        self._connection.execute(
            proof_attempt.insert().values(access_grant=grant, at=at, principal=who, is_right=is_right)
        )
        wrong = (proof_attempt.c.access_grant == grant) & ~proof_attempt.c.is_right
        return self._connection.execute(select(func.count()).select_from(proof_attempt).where(wrong)).scalar_one()

    def _provider(self, provider: ProviderId) -> str:
        return self._vault.digest("/".join(provider).encode(), "provider")


def _context(organisation_id: str) -> str:
    return f"grant/{organisation_id}"

"""Accounts, their roles, keys and sign-ins, and the organisations they belong to."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final, TypeAlias

from sqlalchemy import ColumnElement, Connection, Row, bindparam, func, select, update

from hpedi.access.accounts import Account, KeyHolder, MachineKey
from hpedi.access.organisations import Organisation, OrganisationKind
from hpedi.run_context import RunContext
from hpedi.safekeeping.vault import Vault
from hpedi.store.access_tables import machine_key, organisation, sign_in, user_account, user_role
from hpedi.store.questions import Question

AccountRow: TypeAlias = Row[tuple[object, ...]]

_HELD: Final = (user_role.c.account == user_account.c.login) & user_role.c.taken_at.is_(None)
_HOLDER: Final = Question(
    select(
        user_account.c.login,
        user_account.c.name,
        user_account.c.is_machine,
        user_account.c.is_password_given,
        user_account.c.organisation,
        organisation.c.partner,
        user_role.c.role,
    )
    .select_from(
        machine_key.join(user_account, user_account.c.login == machine_key.c.account)
        .outerjoin(organisation, organisation.c.id == user_account.c.organisation)
        .outerjoin(user_role, _HELD)
    )
    .where(
        machine_key.c.digest == bindparam("sought"),
        machine_key.c.revoked_at.is_(None),
        machine_key.c.good_to >= bindparam("day"),
        user_account.c.disabled_at.is_(None),
    )
)
"""Whose key it is: a row a role, or one where the machine has none."""


class StoredAccounts:
    """Accounts in rows; what changes about one is a row of its own."""

    def __init__(self, connection: Connection, vault: Vault, context: RunContext) -> None:
        """Work inside an open transaction, on behalf of somebody."""
        self._connection = connection
        self._vault = vault
        self._context = context

    # --- organisations ------------------------------------------------------------------------------------------

    def register(self, registered: Organisation, at: datetime) -> None:
        """Add an organisation."""
        self._connection.execute(
            organisation.insert().values(
                id=registered.id,
                name=registered.name,
                kind=registered.kind.value,
                partner=registered.partner,
                registered_at=at,
                registered_by=self._context.principal.id,
            )
        )

    def organisation(self, organisation_id: str) -> Organisation | None:
        """Return an organisation."""
        return next(iter(self._organisations(organisation.c.id == organisation_id)), None)

    def organisations(self) -> tuple[Organisation, ...]:
        """Return all organisations."""
        return self._organisations(organisation.c.id.is_not(None))

    def organisations_of_partner(self, partner: str) -> tuple[Organisation, ...]:
        """Return the organisations that send as a trading partner."""
        return self._organisations(organisation.c.partner == partner)

    def _organisations(self, condition: ColumnElement[bool]) -> tuple[Organisation, ...]:
        rows = self._connection.execute(select(organisation).where(condition).order_by(organisation.c.id))
        return tuple(
            Organisation(id=row.id, name=row.name, kind=OrganisationKind(row.kind), partner=row.partner) for row in rows
        )

    # --- accounts -----------------------------------------------------------------------------------------------

    def any(self) -> bool:
        """Say whether there is an account."""
        return self._connection.execute(select(user_account.c.login).limit(1)).first() is not None

    def add(self, account: Account, password: str, at: datetime) -> None:
        """Add an account with its roles; `password` is the hash of its first one, empty for a machine."""
        self._connection.execute(
            user_account.insert().values(
                login=account.login,
                name=account.name,
                is_machine=account.is_machine,
                organisation=account.organisation or None,
                password=password,
                is_password_given=account.is_password_given,
                made_at=at,
                made_by=self._context.principal.id,
            )
        )
        for role in sorted(account.roles):
            self.give(account.login, role, at)

    def account(self, login: str) -> Account | None:
        """Return an account."""
        return next(iter(self._accounts(user_account.c.login == login)), None)

    def accounts(self, organisation_id: str | None = None) -> tuple[Account, ...]:
        """Return the accounts of an organisation, or all."""
        of_one = user_account.c.organisation == organisation_id
        return self._accounts(user_account.c.login.is_not(None) if organisation_id is None else of_one)

    def _accounts(self, condition: ColumnElement[bool]) -> tuple[Account, ...]:
        rows = self._connection.execute(select(user_account).where(condition).order_by(user_account.c.login)).all()
        return tuple(self._account(row) for row in rows)

    def _account(self, row: AccountRow) -> Account:
        failures, last_failure = self._failures(row.login)
        return Account(
            login=row.login,
            name=row.name,
            is_machine=row.is_machine,
            organisation=row.organisation or "",
            roles=self._roles(row.login),
            is_disabled=row.disabled_at is not None,
            is_password_given=row.is_password_given,
            failures=failures,
            last_failure=last_failure,
            last_sign_in=self._connection.execute(
                select(func.max(sign_in.c.at)).where(sign_in.c.account == row.login, sign_in.c.is_right)
            ).scalar(),
        )

    def _failures(self, login: str) -> tuple[int, datetime | None]:
        """Return how many wrong passwords there were since the last right one, and when the last of them was."""
        right = select(func.coalesce(func.max(sign_in.c.id), 0)).where(sign_in.c.account == login, sign_in.c.is_right)
        since = (sign_in.c.account == login) & (sign_in.c.id > right.scalar_subquery())
        row = self._connection.execute(select(func.count(), func.max(sign_in.c.at)).where(since)).one()
        return row[0], row[1]

    def _roles(self, login: str) -> frozenset[str]:
        rows = select(user_role.c.role).where(user_role.c.account == login, user_role.c.taken_at.is_(None))
        return frozenset(self._connection.execute(rows).scalars())

    def password(self, login: str) -> str:
        """Return the hash of an account's password."""
        hashed = select(user_account.c.password).where(user_account.c.login == login)
        return str(self._connection.execute(hashed).scalar_one())

    def set_password(self, login: str, password: str, *, is_given: bool) -> None:
        """Keep another hash; `is_given` where somebody else than the holder knows the password."""
        self._change(login, password=password, is_password_given=is_given)

    def disable(self, login: str, at: datetime) -> None:
        """Let nobody sign in to an account any more, and end its sessions and keys."""
        self._change(login, disabled_at=at)
        self.end_sessions(login, at)
        self._connection.execute(
            update(machine_key)
            .where(machine_key.c.account == login, machine_key.c.revoked_at.is_(None))
            .values(revoked_at=at)
        )

    def _change(self, login: str, **values: object) -> None:
        self._connection.execute(update(user_account).where(user_account.c.login == login).values(**values))

    def give(self, login: str, role: str, at: datetime) -> None:
        """Give an account a role; one that it has already stays."""
        if role in self._roles(login):
            return
        self._connection.execute(
            user_role.insert().values(account=login, role=role, given_at=at, given_by=self._context.principal.id)
        )

    def take(self, login: str, role: str, at: datetime) -> None:
        """Take a role from an account."""
        held = (user_role.c.account == login) & (user_role.c.role == role) & user_role.c.taken_at.is_(None)
        taken = update(user_role).where(held).values(taken_at=at, taken_by=self._context.principal.id)
        self._connection.execute(taken)

    # --- signing in ---------------------------------------------------------------------------------------------

    def record_sign_in(
        self, login: str, at: datetime, *, session: str = "", expires_at: datetime | None = None, is_right: bool
    ) -> None:
        """Remember that somebody signed in, or could not; `session` is the secret that the session goes by."""
        digest = self._digest(session) if session else ""
        self._connection.execute(
            sign_in.insert().values(account=login, at=at, is_right=is_right, session=digest, expires_at=expires_at)
        )

    def account_of_session(self, session: str, now: datetime) -> Account | None:
        """Return whose session goes by a secret; None where it ended or never was."""
        row = self._connection.execute(
            select(sign_in.c.account).where(
                sign_in.c.session == self._digest(session), sign_in.c.ended_at.is_(None), sign_in.c.expires_at > now
            )
        ).first()
        return self._of_row(row)

    def end_session(self, session: str, at: datetime) -> None:
        """End a session."""
        of_it = sign_in.c.session == self._digest(session)
        self._connection.execute(update(sign_in).where(of_it).values(ended_at=at))

    def end_sessions(self, login: str, at: datetime) -> None:
        """End every session of an account."""
        open_ones = (sign_in.c.account == login) & sign_in.c.ended_at.is_(None)
        self._connection.execute(update(sign_in).where(open_ones).values(ended_at=at))

    def add_key(self, login: str, key: str, label: str, good_to: date, at: datetime) -> None:
        """Keep the digest of a machine's key."""
        self._connection.execute(
            machine_key.insert().values(
                account=login,
                label=label,
                digest=self._digest(key),
                made_at=at,
                made_by=self._context.principal.id,
                good_to=good_to,
            )
        )

    def keys(self, login: str) -> tuple[MachineKey, ...]:
        """Return the keys of a machine."""
        rows = self._connection.execute(select(machine_key).where(machine_key.c.account == login))
        return tuple(
            MachineKey(
                id=row.id,
                login=row.account,
                label=row.label,
                good_to=row.good_to,
                is_revoked=row.revoked_at is not None,
            )
            for row in rows
        )

    def revoke_key(self, login: str, key: int, at: datetime) -> None:
        """Let a key of a machine open nothing any more."""
        of_it = (machine_key.c.account == login) & (machine_key.c.id == key)
        self._connection.execute(update(machine_key).where(of_it).values(revoked_at=at))

    def account_of_key(self, key: str, day: date) -> Account | None:
        """Return whose key it is; None where it ended or never was."""
        holder = self.holder_of_key(key, day)
        return None if holder is None else holder.account

    def holder_of_key(self, key: str, day: date) -> KeyHolder | None:
        """Return whose key it is, with one question: it is asked at every request; None where it ended or never was."""
        rows = _HOLDER(self._connection, sought=self._digest(key), day=day)
        if not rows:
            return None
        login, name, is_machine, is_password_given, house, partner, _role = rows[0]
        account = Account(
            login=login,
            name=name,
            is_machine=is_machine,
            organisation=house or "",
            roles=frozenset(role for *_account, role in rows if role is not None),
            is_password_given=is_password_given,
        )
        return KeyHolder(account=account, partner=partner or "")

    def _of_row(self, row: AccountRow | None) -> Account | None:
        account = self.account(row.account) if row else None
        return None if account is None or account.is_disabled else account

    def _digest(self, secret: str) -> str:
        return self._vault.digest(secret.encode(), "sign-in")

"""What is asked at every inquiry, in one question or from memory, is what stands: the next request sees each change."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from hpedi.access.accounts import Account
from hpedi.access.grants import GrantState, ProviderId
from hpedi.access.organisations import OrganisationKind
from hpedi.commands.workspace import context_for, open_workspace
from tests.pipeline.conftest import AS_OF, Demo
from tests.pipeline.conftest import demo as demo  # noqa: PLC0414 - a fixture
from tests.pipeline.conftest import loaded_home as loaded_home  # noqa: PLC0414 - a fixture
from tests.pipeline.test_access import AT, give, register

HOUSE, LOGIN, KEY = "riverbend", "riverbend-machine", "a key"
RIVERBEND, HARBOR = ProviderId("410000201", "1000002000"), ProviderId("410000202", "1000002018")
MACHINE = Account(login=LOGIN, name="A machine", is_machine=True, organisation=HOUSE, roles=frozenset({"biller"}))


@pytest.fixture
def house(demo: Demo) -> Demo:
    """A provider's organisation with a machine, its key, and a grant of its own provider."""
    register(demo, HOUSE, OrganisationKind.PROVIDER, HOUSE)
    give(demo, HOUSE, RIVERBEND, is_own=True)
    with demo.workspace.books.writing(demo.jobs.context) as work:
        work.accounts.add(MACHINE, "", AT)
        work.accounts.add_key(LOGIN, KEY, "test", date(2999, 1, 1), AT)
    return demo


def granted(demo: Demo) -> list[tuple[ProviderId, GrantState]]:
    """Return what the organisation has, as the next request sees it."""
    with demo.workspace.books.reading(context_for(AS_OF)) as work:
        return [(each.provider, each.history[-1].state) for each in work.grants.of_organisation(HOUSE)]


def test_a_grant_that_somebody_else_changes_is_seen_at_once(house: Demo) -> None:
    """Another process grants and revokes: each is what the next request goes by."""
    assert granted(house) == [(RIVERBEND, GrantState.APPROVED)]
    other = open_workspace(house.workspace.home)
    elsewhere = replace(house, workspace=other)
    give(elsewhere, HOUSE, HARBOR, is_own=False)
    assert granted(house) == [(RIVERBEND, GrantState.APPROVED), (HARBOR, GrantState.APPROVED)]
    with other.books.writing(context_for(AS_OF)) as work:
        first, _second = work.grants.of_organisation(HOUSE)
        work.grants.change(first, GrantState.REVOKED, AT)
    other.database.close()
    assert granted(house) == [(RIVERBEND, GrantState.REVOKED), (HARBOR, GrantState.APPROVED)]


def test_what_was_rolled_back_is_not_remembered(house: Demo) -> None:
    """A transaction that revokes, looks and fails leaves nothing behind, nor does what it looked at."""

    def fail() -> None:
        with house.workspace.books.writing(context_for(AS_OF)) as work:
            (own,) = work.grants.of_organisation(HOUSE)
            work.grants.change(own, GrantState.REVOKED, AT)
            assert work.grants.of_organisation(HOUSE)[0].history[-1].state is GrantState.REVOKED
            raise LookupError("a bug")

    with pytest.raises(LookupError):
        fail()
    assert granted(house) == [(RIVERBEND, GrantState.APPROVED)]


def test_a_key_tells_its_machine_its_roles_and_its_partner(house: Demo) -> None:
    """In one question: who it is now, without a role that was taken, for as long as the key is good."""
    books, day = house.workspace.books, date(2026, 3, 31)
    with books.writing(context_for(AS_OF)) as work:
        holder = work.accounts.holder_of_key(KEY, day)
        assert holder is not None
        assert (holder.account, holder.partner) == (MACHINE, HOUSE)
        work.accounts.give(LOGIN, "approver", AT)
        holder = work.accounts.holder_of_key(KEY, day)
        assert holder is not None
        assert holder.account.roles == {"biller", "approver"}
        for role in holder.account.roles:
            work.accounts.take(LOGIN, role, AT)
        holder = work.accounts.holder_of_key(KEY, day)
        assert holder is not None
        assert holder.account.roles == frozenset()
        assert work.accounts.holder_of_key("another", day) is None
        (key,) = work.accounts.keys(LOGIN)
        work.accounts.revoke_key(LOGIN, key.id, AT)
        assert work.accounts.holder_of_key(KEY, day) is None

"""Files and questions of third parties: only what a provider granted goes through, and its neighbours go on."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Final

import pytest
from sqlalchemy import func, select

from hpedi.access.accounts import Account
from hpedi.access.grants import Area, Grant, GrantState, ProviderId
from hpedi.access.organisations import Organisation, OrganisationKind
from hpedi.commands.access_files import access_rules, sign_in_terms
from hpedi.commands.jobs import Jobs
from hpedi.pipeline import inquiring
from hpedi.pipeline.authorization_balances import authorizations
from hpedi.pipeline.granting import Asked, NotAllowed, Proof, ask, asker, decide, known_to, prove
from hpedi.pipeline.inquiring import Inquiry
from hpedi.pipeline.sought import ClaimSought, PaymentSought
from hpedi.reference.providers import BillingProvider
from hpedi.run_context import Principal, RunContext
from hpedi.state_history import StateEvent, WrongState
from hpedi.store.tables import audit_entry
from samples.write_inbound import (
    CLEARINGHOUSE,
    CLINIC,
    PRAIRIELINK,
    RIVERBEND,
    claim_set,
    clearinghouse_claims,
    clinic_claims,
    harbor_claim,
    interchange,
)
from tests.pipeline.conftest import AS_OF, Demo

RULES: Final = access_rules()
AT: Final = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HARBOR: Final = ProviderId("410000202", "1000002018")
QUARRY: Final = ProviderId("410000203", "1000002026")
NOBODY: Final = ProviderId("410000299", "1000002083")
REFUSED: Final = "submitter-not-authorised-for-provider"


def context_of(demo: Demo, *roles: str, organisation: str = "", login: str = "kim") -> RunContext:
    """Return a run of somebody."""
    return replace(
        demo.jobs.context, principal=Principal(f"person:{login}", "person", "Kim", frozenset(roles), organisation)
    )


def register(demo: Demo, organisation: str, kind: OrganisationKind, partner: str = "") -> None:
    """Register an organisation."""
    with demo.workspace.books.writing(demo.jobs.context) as work:
        made = Organisation(id=organisation, name=organisation.title(), kind=kind, partner=partner)
        work.accounts.register(made, AT)


def give(
    demo: Demo, organisation: str, provider: ProviderId, *areas: Area, usage: str = "P", is_own: bool = False
) -> int:
    """Let an organisation act for a provider; return the number of the grant."""
    history = tuple(
        StateEvent(state=state, at=AT, by="person:ola") for state in (GrantState.REQUESTED, GrantState.APPROVED)
    )
    granted = Grant(
        id=0,
        organisation=organisation,
        provider=provider,
        is_own=is_own,
        areas=frozenset(areas or Area),
        usage=usage,
        start=date(2026, 1, 1),
        end=None,
        history=history,
    )
    with demo.workspace.books.writing(demo.jobs.context) as work:
        return work.grants.request(granted)


def revoke(demo: Demo, number: int) -> None:
    """Take a grant back."""
    with demo.workspace.books.writing(demo.jobs.context) as work:
        granted = work.grants.find(number)
        assert granted is not None
        work.grants.change(granted, GrantState.REVOKED, AT)


def mixed_file(number: int = 4711) -> bytes:
    """Return what the clearinghouse sends for four providers and one that nobody knows."""
    return interchange(PRAIRIELINK, CLEARINGHOUSE, number, [claim_set("0001", clearinghouse_claims())])


def claim_states(demo: Demo) -> dict[str, tuple[str, str]]:
    """Return state and note of each claim by the sender's number."""
    with demo.workspace.books.reading(demo.jobs.context) as work:
        found = work.claims.sought(ClaimSought(), None, 200)
    return {each.received.claim.patient_control_number: (each.state, each.note) for each in found}


# --- files ----------------------------------------------------------------------------------------------------------


def test_a_claim_without_access_is_refused_and_its_neighbours_go_on(demo: Demo) -> None:
    """Of a third party's file the claims of the provider that granted it go on, the others are refused A3:496:85."""
    register(demo, "lakeside", OrganisationKind.THIRD_PARTY, "prairielink")
    give(demo, "lakeside", HARBOR, Area.SUBMIT)
    demo.run(mixed_file())
    states = claim_states(demo)
    assert states["HB-77"][0] == "decided"
    assert {states[number] for number in ("QY-1", "LN-500", "LN-501", "OP-9")} == {("refused", REFUSED)}
    assert any(segment.startswith("STC*A3:496:85") for segment in demo.answers("prairielink"))


def test_a_sender_without_access_does_not_learn_whether_a_provider_is_known(demo: Demo) -> None:
    """A provider that we know and one that nobody knows are refused in the same words."""
    register(demo, "lakeside", OrganisationKind.THIRD_PARTY, "prairielink")
    demo.run(mixed_file())
    assert claim_states(demo)["QY-1"] == claim_states(demo)["NC-1"] == ("refused", REFUSED)


def test_senders_that_are_no_third_party_stay_as_they_are(demo: Demo) -> None:
    """A partner without an organisation, and one that is a provider's own house, are not asked for grants."""
    register(demo, "clinic", OrganisationKind.PROVIDER, "riverbend")
    demo.run(interchange(RIVERBEND, CLINIC, 501, [claim_set("0001", clinic_claims())]))
    demo.run(mixed_file())
    states = claim_states(demo)
    assert states["RB-2601"][0] == states["QY-1"][0] == "decided"
    assert states["NC-1"] == ("refused", "billing-provider-unknown")


def test_revocation_holds_from_the_next_file(demo: Demo) -> None:
    """What was granted for one file is refused in the next, once it is revoked."""
    register(demo, "lakeside", OrganisationKind.THIRD_PARTY, "prairielink")
    number = give(demo, "lakeside", HARBOR)
    demo.run(interchange(PRAIRIELINK, CLEARINGHOUSE, 4711, [claim_set("0001", [harbor_claim("HB-1", 9)])]))
    revoke(demo, number)
    demo.run(interchange(PRAIRIELINK, CLEARINGHOUSE, 4712, [claim_set("0001", [harbor_claim("HB-2", 10)])]))
    assert claim_states(demo)["HB-1"][0] == "decided"
    assert claim_states(demo)["HB-2"] == ("refused", REFUSED)


def test_a_grant_for_test_files_says_nothing_about_production(demo: Demo) -> None:
    """A test grant lets test files through and no other."""
    register(demo, "lakeside", OrganisationKind.THIRD_PARTY, "prairielink")
    give(demo, "lakeside", HARBOR, usage="T")
    sets = [claim_set("0001", [harbor_claim("HB-1", 9)])]
    tested = demo.receive(interchange(PRAIRIELINK, CLEARINGHOUSE, 4711, sets, usage="T"))
    real = demo.receive(interchange(PRAIRIELINK, CLEARINGHOUSE, 4712, sets))
    assert REFUSED not in {code for receipt in tested.receipts for code in receipt.summary.findings}
    assert REFUSED in {code for receipt in real.receipts for code in receipt.summary.findings}


# --- requests -------------------------------------------------------------------------------------------------------


def asked_for(provider: ProviderId, approver: str, *, is_own: bool = False) -> Asked:
    """Return a request."""
    return Asked(
        provider=provider,
        is_own=is_own,
        areas=frozenset(Area),
        usage="P",
        start=date(2026, 1, 1),
        end=None,
        approver=approver,
    )


def test_a_request_is_decided_by_the_named_approver_of_the_provider(demo: Demo) -> None:
    """Only the approver that was named, of the house whose provider it is, approves; and decides once."""
    for house, kind in (("lakeside", OrganisationKind.THIRD_PARTY), ("harbor", OrganisationKind.PROVIDER)):
        register(demo, house, kind)
    register(demo, "quarry", OrganisationKind.PROVIDER)
    give(demo, "harbor", HARBOR, is_own=True)
    give(demo, "quarry", QUARRY, is_own=True)
    biller = context_of(demo, "biller", organisation="lakeside", login="ola")
    with demo.workspace.books.writing(biller) as work:
        number = ask(work, RULES, asked_for(HARBOR, "maja"))
    refused = (
        context_of(demo, "provider approver", organisation="quarry", login="maja"),  # another provider's
        context_of(demo, "provider approver", organisation="harbor", login="lars"),  # not named
        context_of(demo, "biller", organisation="harbor", login="maja"),
        biller,
    )
    for context in refused:
        with demo.workspace.books.writing(context) as work, pytest.raises(NotAllowed):
            decide(work, RULES, number, GrantState.APPROVED, "")
    approver = context_of(demo, "provider approver", organisation="harbor", login="maja")
    with demo.workspace.books.writing(approver) as work:
        assert decide(work, RULES, number, GrantState.APPROVED, "").state is GrantState.APPROVED
    with demo.workspace.books.writing(approver) as work, pytest.raises(WrongState):
        decide(work, RULES, number, GrantState.DENIED, "")
    with demo.workspace.books.reading(context_of(demo, "biller", organisation="quarry")) as work:
        assert [each.provider for each in known_to(work, RULES)] == [QUARRY]
    with demo.workspace.books.writing(biller) as work:  # the third party gives it up itself
        assert decide(work, RULES, number, GrantState.REVOKED, "").state is GrantState.REVOKED


def test_control_is_proved_by_a_payment_and_lost_by_guessing(demo: Demo) -> None:
    """Number and amount of an EFT link a provider; after three wrong ones the request is denied."""
    demo.run(interchange(RIVERBEND, CLINIC, 501, [claim_set("0001", clinic_claims())]))
    with demo.workspace.books.reading(demo.jobs.context) as work:
        paid = work.payments.sought(PaymentSought(), None, 1)[0].payment
    clinic = ProviderId(paid.payee.tax_id, paid.payee.npi)
    register(demo, "clinic", OrganisationKind.PROVIDER)
    context = context_of(demo, "provider approver", organisation="clinic")
    terms = sign_in_terms(AS_OF).proof
    right, wrong = (Proof(payment=paid.trace_number, amount=amount) for amount in (paid.amount, paid.amount + 1))
    states = []
    with demo.workspace.books.writing(context) as work:
        first, second, other = (ask(work, RULES, asked_for(each, "", is_own=True)) for each in (clinic, clinic, HARBOR))
        states += [prove(work, RULES, first, wrong, terms), prove(work, RULES, first, right, terms)]
        states += [prove(work, RULES, second, wrong, terms) for _each in range(3)]
        states += [prove(work, RULES, other, right, terms)]
    asked, approved, denied = GrantState.REQUESTED, GrantState.APPROVED, GrantState.DENIED
    assert states == [asked, approved, asked, asked, denied, asked]


def test_a_third_party_has_no_provider_of_its_own(demo: Demo) -> None:
    """Who handles a provider's payments cannot prove with them that the provider is its own."""
    register(demo, "lakeside", OrganisationKind.THIRD_PARTY)
    context = context_of(demo, "provider approver", organisation="lakeside")
    with demo.workspace.books.writing(context) as work, pytest.raises(NotAllowed):
        ask(work, RULES, asked_for(HARBOR, "", is_own=True))


def test_control_is_proved_by_a_mailed_pin(demo: Demo) -> None:
    """The PIN of this request links the provider; the PIN of another request does not."""
    register(demo, "harbor", OrganisationKind.PROVIDER)
    context = context_of(demo, "provider approver", organisation="harbor")
    terms = sign_in_terms(AS_OF).proof
    with demo.workspace.books.writing(context) as work:
        mailed, other = (ask(work, RULES, asked_for(HARBOR, "", is_own=True)) for _each in range(2))
        work.grants.add_pin(mailed, "0123456789", date(2026, 4, 1), AT)
        assert prove(work, RULES, other, Proof(pin="0123456789"), terms) is GrantState.REQUESTED
        assert prove(work, RULES, mailed, Proof(pin="0123456789"), terms) is GrantState.APPROVED


# --- questions ------------------------------------------------------------------------------------------------------

HOUSES: Final = ("lakeside", "northern", "harbor")
QUESTIONS: Final = 300
AREA_OF: Final = {"remittance": Area.REMITTANCE, "payment": Area.REMITTANCE, "claim": Area.CLAIMS}


def found_by(inquiry: Inquiry, thing: str, asked: tuple[str, str]) -> set[str]:
    """Ask for what a payment's or claim's number names; return the NPIs of what was found."""
    payment, claim = asked
    if thing == "remittance":
        seen = inquiring.remittance(inquiry, payment)
        return {seen.payment.payment.payee.npi} if seen else set()
    if thing == "payment":
        return {each.payment.payee.npi for each in inquiring.payments(inquiry, PaymentSought(number=payment))}
    found = inquiring.claims(inquiry, ClaimSought(patient_account=claim))
    return {each.claim.received.claim.billing.npi for each in found}


def everything_by_provider(demo: Demo) -> dict[str, tuple[str, str]]:
    """Return a payment number and a sender's claim number of each provider, by NPI."""
    with demo.workspace.books.reading(demo.jobs.context) as work:
        payments = {each.payment.payee.npi: each.payment for each in work.payments.sought(PaymentSought(), None, 200)}
        claims = {
            each.received.claim.billing.npi: each.received.claim.patient_control_number
            for each in work.claims.sought(ClaimSought(), None, 200)
        }
    return {npi: (made.trace_number, claims[npi]) for npi, made in payments.items()}


def test_questions_are_answered_to_the_rightful_and_to_nobody_else(demo: Demo) -> None:
    """Of 300 questions of three houses each gets what was granted and nothing else, and each leaves its audit row."""
    demo.run(interchange(RIVERBEND, CLINIC, 501, [claim_set("0001", clinic_claims())]))
    demo.run(mixed_file())
    numbers = everything_by_provider(demo)
    reference = Jobs(demo.workspace, demo.jobs.context).reference
    dice = random.Random(94267)  # noqa: S311  # the same questions every time
    granted: set[tuple[str, str, Area]] = set()
    for house in HOUSES:
        register(demo, house, OrganisationKind.THIRD_PARTY)
        for npi in dice.sample(sorted(numbers), 3):
            areas = dice.sample([Area.REMITTANCE, Area.CLAIMS, Area.SUBMIT], 2)
            provider = reference.provider_by_npi(npi)
            assert provider is not None
            number = give(demo, house, id_of(provider), *areas)
            if dice.random() < 0.3:
                revoke(demo, number)
            else:
                granted |= {(house, npi, area) for area in areas}
    rows, rightful = audit_rows(demo), 0
    for _question in range(QUESTIONS):
        house, npi, thing = dice.choice(HOUSES), dice.choice(sorted(numbers)), dice.choice(sorted(AREA_OF))
        expected = {npi} if (house, npi, AREA_OF[thing]) in granted else set()
        rightful += bool(expected)
        with demo.workspace.books.writing(context_of(demo, "biller", organisation=house)) as work:
            inquiry = Inquiry(work=work, who=asker(work, RULES), reference=reference)
            assert found_by(inquiry, thing, numbers[npi]) == expected
    assert rightful > QUESTIONS / 10
    assert audit_rows(demo) - rows >= QUESTIONS


def id_of(provider: BillingProvider) -> ProviderId:
    """Return how third parties name a provider."""
    return ProviderId(provider.tax_id, provider.npi)


def audit_rows(demo: Demo) -> int:
    """Count the rows of inquiries."""
    with demo.workspace.database.reading() as connection:
        of_inquiries = audit_entry.c.action.like("inquire %")
        return connection.execute(select(func.count()).select_from(audit_entry).where(of_inquiries)).scalar_one()


def test_a_member_is_told_to_a_provider_that_knows_the_birth_date(demo: Demo) -> None:
    """With an eligibility grant the member id and birth date find one person; without the date, or a grant, nobody."""
    register(demo, "lakeside", OrganisationKind.THIRD_PARTY)
    reference = Jobs(demo.workspace, demo.jobs.context).reference

    def found(house: str, born: date | None) -> list[str]:
        with demo.workspace.books.writing(context_of(demo, "biller", organisation=house)) as work:
            inquiry = Inquiry(work=work, who=asker(work, RULES), reference=reference)
            return [each.member.id for each in inquiring.members(inquiry, "HS1000001", born)]

    assert found("lakeside", date(1979, 4, 12)) == []
    give(demo, "lakeside", HARBOR, Area.ELIGIBILITY)
    assert found("lakeside", date(1979, 4, 12)) == ["M01"]
    assert found("lakeside", None) == []
    assert found("lakeside", date(1979, 4, 13)) == []


def test_authorisations_are_told_to_a_provider_that_knows_the_birth_date(demo: Demo) -> None:
    """With an eligibility grant a card and birth date, or a number and birth date, find what is for any provider."""
    register(demo, "lakeside", OrganisationKind.THIRD_PARTY)
    reference = Jobs(demo.workspace, demo.jobs.context).reference

    def found(sought: str, born: date | None) -> list[str]:
        with demo.workspace.books.writing(context_of(demo, "biller", organisation="lakeside")) as work:
            inquiry = Inquiry(work=work, who=asker(work, RULES), reference=reference)
            return [each.authorization.id for each in authorizations(inquiry, sought, born)]

    assert found("AUTH-1001", date(1979, 4, 12)) == []
    give(demo, "lakeside", HARBOR, Area.ELIGIBILITY)
    assert found("AUTH-1001", date(1979, 4, 12)) == ["AUTH-1001"]
    assert found("HS1000001", date(1979, 4, 12)) == ["AUTH-1001"]
    assert found("AUTH-1001", None) == []
    assert found("AUTH-1001", date(1979, 4, 13)) == []


# --- accounts -------------------------------------------------------------------------------------------------------


def test_an_account_signs_in_counts_failures_and_closes(demo: Demo) -> None:
    """Failures count up to the next right password; a closed account has no session and no key."""
    now = datetime(2026, 3, 16, 12, 0, tzinfo=UTC)
    later = datetime(2026, 3, 16, 20, 0, tzinfo=UTC)
    account = Account(login="kim", name="Kim", is_machine=False, roles=frozenset({"examiner"}))
    with demo.workspace.books.writing(demo.jobs.context) as work:
        accounts = work.accounts
        accounts.add(account, "hash", now)
        for _each in range(2):
            accounts.record_sign_in("kim", now, is_right=False)
        assert accounts.account("kim") == replace(account, failures=2, last_failure=now)
        accounts.record_sign_in("kim", now, session="secret", expires_at=later, is_right=True)
        assert accounts.account("kim") == replace(account, last_sign_in=now)
        assert accounts.account_of_session("secret", now) == replace(account, last_sign_in=now)
        assert accounts.account_of_session("secret", later) is None
        assert accounts.account_of_session("another", now) is None
        accounts.take("kim", "examiner", now)
        accounts.give("kim", "finance", now)
        assert accounts.account_of_session("secret", now) == replace(
            account, roles=frozenset({"finance"}), last_sign_in=now
        )
        accounts.add_key("kim", "key", "", date(2026, 3, 31), now)
        assert accounts.account_of_key("key", date(2026, 3, 31)) is not None
        assert accounts.account_of_key("key", date(2026, 4, 1)) is None
        accounts.disable("kim", now)
        assert accounts.account_of_session("secret", now) is None
        assert accounts.account_of_key("key", date(2026, 3, 31)) is None

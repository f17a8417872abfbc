"""Files, interchanges and claims followed from arrival to last answer, by whoever may see them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

import pytest
from sqlalchemy import event, update

from hpedi.access.grants import Area
from hpedi.commands.signed_in import NotPermitted
from hpedi.pipeline.gateway_ports import Pickup
from hpedi.pipeline.tracking import track
from hpedi.pipeline.tracking_events import told_in
from hpedi.pipeline.tracking_search import Word, find
from hpedi.pipeline.void import void
from hpedi.store.audit import Sought
from hpedi.store.tables import outbox
from samples.write_inbound import CLEARINGHOUSE, PRAIRIELINK, claim_set, harbor_claim, interchange
from tests.databases import engine_of
from tests.pipeline.conftest import CLEARINGHOUSE_SENT, RECEIVED, Demo
from tests.pipeline.sending import Office, bill, voiding
from tests.pipeline.tracked import HARBOR, followed_by, grant, happened, register, tracks

CHECK: Final = "100001"


def test_a_file_is_told_whole_in_order_with_its_sums(tracked: Demo) -> None:
    """Received, acknowledged, two refused, five decided, paid by two EFTs, a check and a remittance of nothing."""
    (followed,) = tracks(tracked, "file:1")
    assert happened(followed) == [
        *("received", "TA1", "999", "277CA", "refused", "refused", "decided", "decided", "delivered"),
        *(state for state in ("built", "approved", "released") for _method in ("ACH", "CHK", "NON")),
        *("835", "delivered"),
    ]
    assert followed.is_bad
    assert followed.is_at_end
    acknowledged = next(each for each in followed.events if each.what == "277CA")
    assert (acknowledged.says, acknowledged.claims, acknowledged.is_bad) == ("5 of 7 claims taken", 7, True)
    refused = [each for each in followed.events if each.what == "refused"]
    assert sorted((each.codes[0], each.claims, each.charged) for each in refused) == [
        ("billing-provider-unknown", 1, Decimal("120.00")),
        ("payer-not-us", 1, Decimal("200.00")),
    ]
    assert {each.codes[0]: each.codes[1].split(":")[1] for each in refused} == {
        "billing-provider-unknown": "562",
        "payer-not-us": "116",
    }
    decided = [each for each in followed.events if each.what == "decided"]
    assert sum(each.claims for each in decided) == 5
    assert sum(each.charged or 0 for each in decided) == Decimal("1500.00")
    assert sum(each.paid or 0 for each in decided) == Decimal("589.00")
    released = [each for each in followed.events if each.what == "released"]
    assert sum(each.paid or 0 for each in released) == Decimal("589.00")
    assert {number for each in released for number in each.codes} >= {CHECK, "900000001", "900000002"}


def test_every_way_to_name_a_submission_finds_the_same(tracked: Demo) -> None:
    """By number of file and receipt, digest, ISA13 alone, and with the partner or its ISA06."""
    with tracked.workspace.books.reading(tracked.jobs.context) as work:
        file = work.tracking.file(1)
    assert file is not None
    words = ("1", "file:1", file.digest, "receipt:1", "000000501", "prairielink/501", "410000301/000000501")
    whole, *others = (tracks(tracked, word) for word in words)
    assert [len(each) for each in (whole, *others)] == [1] * len(words)
    sums = {tuple((event.what, event.claims, event.paid) for event in each.events) for (each,) in (whole, *others)}
    assert len(sums) == 1
    assert tracks(tracked, "riverbend/501") == tracks(tracked, "file:2") == tracks(tracked, "000000999") == ()


def test_a_claim_is_told_alone_with_its_reasons_and_its_payment(tracked: Demo) -> None:
    """By our number or the patient account; what its neighbours came to is not in it."""
    (followed,) = tracks(tracked, "HB-77")
    assert happened(followed) == [
        *("received", "TA1", "999", "277CA", "decided", "delivered"),
        *("built", "approved", "released", "835", "delivered"),
    ]
    assert not followed.is_bad
    decided = next(each for each in followed.events if each.what == "decided")
    assert (decided.charged, decided.paid) == (Decimal("650.00"), Decimal("470.00"))
    assert "CO-45 " in decided.says
    assert "coinsurance" in decided.says
    assert tracks(tracked, followed.of.removeprefix("claim ")) == (followed,)
    (refused,) = tracks(tracked, "NC-1")
    assert happened(refused) == ["received", "TA1", "999", "277CA", "refused", "delivered"]
    assert refused.is_bad
    assert refused.is_at_end


def test_a_voided_payment_stays_in_the_timeline(tracked: Demo) -> None:
    """Its decision waits for the next run, which pays it under another number."""
    void(tracked.workspace.books, tracked.jobs.context, CHECK, "the check is stopped")
    (followed,) = tracks(tracked, "QY-1")
    assert "voided" in happened(followed)
    tracked.jobs.pay()
    (followed,) = tracks(tracked, "QY-1")
    released = [each for each in followed.events if each.what == "released"]
    assert [(each.codes, each.paid) for each in released] == [
        ((CHECK,), Decimal("70.00")),
        (("100002",), Decimal("70.00")),
    ]
    assert not followed.is_at_end  # the second 835 is not delivered yet


def test_a_reissued_check_pays_the_same_claims(tracked: Demo) -> None:
    """The check that takes the place of a lost one is told with what the first one paid."""
    check, _held = tracked.jobs.reissue(CHECK, "lost in the mail")
    assert check.payment.trace_number == "100002"
    (followed,) = tracks(tracked, "QY-1")
    told = [(each.what, each.codes, each.paid) for each in followed.events if each.what in ("released", "reissued")]
    assert sorted(told) == [
        ("reissued", (CHECK,), Decimal("70.00")),
        ("released", (CHECK,), Decimal("70.00")),
        ("released", ("100002",), Decimal("70.00")),
    ]


def test_what_is_taken_back_is_told_after_what_it_takes_back(demo: Demo) -> None:
    """A visit is paid 90.00, voided by its provider and taken back in the next run; the void has no decision."""
    office = Office(demo)
    sent = bill("V-1", "M01")
    (number,) = office.send(sent)
    office.pay()
    (void_number,) = office.send(voiding(number, sent), received=date(2026, 3, 20), on=date(2026, 3, 23))
    office.pay(date(2026, 3, 23))
    (followed,) = tracks(demo, number)
    told = [(each.what, each.paid) for each in followed.events if each.what in ("decided", "reversed", "released")]
    assert told[:3] == [
        ("decided", Decimal("90.00")),
        ("released", Decimal("90.00")),
        ("reversed", Decimal("-90.00")),
    ]
    (void_of_it,) = tracks(demo, void_number)
    assert "decided" not in happened(void_of_it)


def test_arrival_and_pickups_are_part_of_the_timeline(tracked: Demo) -> None:
    """A file as its partner named it, when it was taken, and who fetched the answer; the name finds it."""
    context, name = tracked.jobs.context, "MARCH\x1b[2J.837"
    moment = int((RECEIVED - timedelta(seconds=5)).timestamp()) * 1_000_000_000
    with tracked.workspace.books.writing(context) as work:
        arrival = work.arrivals.take(partner="prairielink", name=name, moment=moment, size=7, watcher="w1")
        work.arrivals.finish(arrival.id, "received", file=1)
        (answer,) = work.tracking.answers([1])
        work.pickups.add(Pickup(outbox=answer.id, partner="prairielink", at=context.instant, size=9))
    (followed,) = tracks(tracked, name)
    assert happened(followed)[:3] == ["arrived", "taken", "received"]  # whenever the watcher noted that it took it
    assert followed.events[0].says == "MARCH?[2J.837, 7 bytes"  # nothing that a terminal would do
    (picked_up,) = [each for each in followed.events if each.what == "picked up"]
    assert (picked_up.about, picked_up.by) == ("000000001.ack", "prairielink")
    assert tracks(tracked, "arrival:1") == (followed,)
    (told,) = tracks(tracked, "file:1", "operator")
    assert told.events[0].says == "a file, 7 bytes"  # a name may be a patient's


@pytest.mark.parametrize("early", [timedelta(minutes=1), timedelta(days=20)])
def test_no_answer_stands_before_what_it_answers(tracked: Demo, early: timedelta) -> None:
    """A pass of the watcher that began before the file arrived: what it took and delivered stands in its place."""
    context, began = tracked.jobs.context, RECEIVED - early
    moment = int((RECEIVED - timedelta(seconds=5)).timestamp()) * 1_000_000_000
    with tracked.workspace.books.writing(replace(context, instant=began)) as work:
        arrival = work.arrivals.take(partner="prairielink", name="A.837", moment=moment, size=7, watcher="w1")
        work.arrivals.finish(arrival.id, "received", file=1)
        (answer,) = work.tracking.answers([1])
        work.pickups.add(Pickup(outbox=answer.id, partner="prairielink", at=RECEIVED, size=9))
    with engine_of(tracked.workspace.home) as engine, engine.begin() as connection:
        connection.execute(update(outbox).where(outbox.c.id == answer.id).values(delivered_at=began))
    (followed,) = tracks(tracked, "file:1")
    assert happened(followed)[:10] == [
        *("arrived", "taken", "received", "TA1", "999", "277CA", "refused", "refused", "delivered", "picked up"),
    ]
    assert next(each.at for each in followed.events if each.what == "delivered") == began


def test_what_waits_for_the_next_payment_run_is_not_at_its_end(tracked: Demo) -> None:
    """A file of which one payment was voided, though the others went out: what it paid is owed again."""
    void(tracked.workspace.books, tracked.jobs.context, CHECK, "the check is stopped")
    (followed,) = tracks(tracked, "file:1")
    assert "released" in happened(followed)
    assert not followed.is_at_end


def test_no_word_is_no_claim(tracked: Demo) -> None:
    """What names nothing finds nothing, not all that may be seen."""
    assert tracks(tracked, "claim:") == tracks(tracked, "") == ()


def test_who_sees_no_member_sees_the_sums_of_a_file_and_no_claim(tracked: Demo) -> None:
    """The operator follows files; a claim is not found for it, and neither is anything for who has no role."""
    (followed,) = tracks(tracked, "file:1", "operator")
    assert sum(each.claims for each in followed.events if each.what == "decided") == 5
    assert tracks(tracked, "HB-77", "operator") == ()
    with pytest.raises(NotPermitted):
        tracks(tracked, "file:1", "delegate")


def test_a_third_party_follows_its_own_and_nothing_else(tracked: Demo) -> None:
    """Its submission, and of the claims in it those of providers that let it; another house finds nothing."""
    register(tracked, "lakeside", "prairielink")
    register(tracked, "uplands", "riverbend")
    (followed,) = tracks(tracked, "file:1", "biller", organisation="lakeside")
    assert [each for each in followed.events if each.what in ("decided", "refused", "released")] == []
    grant(tracked, "lakeside", HARBOR, Area.CLAIMS)
    (followed,) = tracks(tracked, "file:1", "biller", organisation="lakeside")
    sums = {(each.what, each.claims, each.charged) for each in followed.events if each.claims}
    assert {("decided", 1, Decimal("650.00")), ("refused", 1, Decimal("200.00"))} <= sums
    assert not [each for each in followed.events if each.what == "released"]  # numbers of payments are remittance's
    grant(tracked, "lakeside", HARBOR, Area.REMITTANCE)
    (followed,) = tracks(tracked, "HB-77", "biller", organisation="lakeside")
    assert "released" in happened(followed)
    for word in ("QY-1", "LN-500"):
        assert tracks(tracked, word, "biller", organisation="lakeside") == ()
    for word in ("file:1", "000000501", "prairielink/501", "HB-77"):
        assert tracks(tracked, word, "biller", organisation="uplands") == ()


def test_a_granted_claim_that_somebody_else_sent_tells_nothing_of_the_file(tracked: Demo) -> None:
    """A provider's house sees what became of its claim, not what the clearinghouse was answered."""
    register(tracked, "harbor", "")
    grant(tracked, "harbor", HARBOR, Area.CLAIMS)
    (followed,) = tracks(tracked, "HB-77", "provider approver", organisation="harbor")
    assert happened(followed) == ["received", "decided"]
    assert "prairielink" not in repr(followed)


def test_every_look_is_noted_with_whose_claim_it_was(tracked: Demo) -> None:
    """One row a question; a file's sums are nobody's data, a claim is its member's."""
    tracks(tracked, "file:1")
    tracks(tracked, "HB-77")
    tracks(tracked, "not there")
    with tracked.workspace.books.reading(tracked.jobs.context) as work:
        noted = [
            (each.subject, bool(each.member), each.result)
            for each in work.audit.find(Sought(action="inquire submission"))
        ]
    assert [(subject.partition(":")[0], of, result) for subject, of, result in reversed(noted)] == [
        ("file", False, "found 1"),
        ("claim", True, "found 1"),
        ("submission", False, "no results"),
    ]


def test_more_claims_ask_no_more_questions(demo: Demo) -> None:
    """A file of twelve claims is told by as many statements as one of two."""
    asked: list[int] = []
    for number, count in ((601, 2), (602, 12)):
        claims = [harbor_claim(f"H{number}{each}", 1 + each % 28) for each in range(count)]
        demo.run(interchange(PRAIRIELINK, CLEARINGHOUSE, number, [claim_set("0001", claims)]))
        told: list[str] = []
        with followed_by(demo) as tracker:
            connection = tracker.inquiry.work.tracking._connection  # type: ignore[attr-defined]

            def note(*words: object, told: list[str] = told) -> None:
                told.append(str(words[2]))

            event.listen(connection, "before_cursor_execute", note)
            (target,) = find(tracker, Word(text=f"{number:09d}"))
            assert track(tracker, target).is_at_end
            event.remove(connection, "before_cursor_execute", note)
        asked.append(len(told))
    assert asked[0] == asked[1]
    assert asked[0] < 30


def test_what_waits_past_its_hour_is_overdue_in_the_timeline(demo: Demo) -> None:
    """An answer that nobody delivered; the track is not at its end."""
    demo.receive(CLEARINGHOUSE_SENT)
    (followed,) = tracks(demo, "file:1")
    (late,) = [each for each in followed.events if each.what == "overdue"]
    assert late.about == "000000001.ack"
    assert late.at == RECEIVED + timedelta(hours=1)
    assert not followed.is_at_end


@pytest.mark.storeless
@pytest.mark.parametrize("cut", ["*~", "|!"])
def test_the_codes_of_an_answer_are_read_by_its_own_delimiters(cut: str) -> None:
    """TA104 and TA105, AK901 of each group, and the claim acknowledgements; line breaks do not matter."""
    isa = "ISA*00*          *00*          *ZZ*94267          *30*410000301      *260302*0900*^*00501*000000001*0*P*:~"
    body = "\nTA1*000000501*260302*0830*A*000~\nST*999*0001~AK9*P*2*2*1~ST*999*0002~AK9*A*1*1*1~ST*277*0001*005010X214~"
    content = (isa + body).replace("*", "\0").replace("~", cut[1]).replace("\0", cut[0])
    told = told_in(content.encode())
    assert (told.ta1, told.groups, told.claim_acknowledgments) == (("A", "000"), ("P", "A"), 1)

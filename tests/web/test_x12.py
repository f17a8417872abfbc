"""POST /x12: an inquiry as X12 alone is answered with a 271, 277, 999 or TA1, or told why it is not."""

from __future__ import annotations

import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from hpedi.web.app import ServiceLimits
from tests.inquired import inquiry, segments_of
from tests.pipeline.conftest import Demo
from tests.web.conftest import Served, machine_key, serving
from tests.web.envelopes import ASKED


def claim_status() -> bytes:
    """Return a 276 about nobody's claim, from Riverbend."""
    body = [
        "ST*276*0001*005010X212",
        "BHT*0010*13*REF-1*20260302*0900",
        "HL*1**20*1",
        "NM1*PR*2*A PAYER*****PI*94267",
        "HL*2*1*21*1",
        "NM1*41*2*RIVERBEND*****46*RIVERBEND",
        "HL*3*2*19*1",
        "NM1*1P*2*A CLINIC*****XX*1000002000",
        "HL*4*3*22*0",
        "DMG*D8*19790412*F",
        "NM1*IL*1*AMBLE*ROSA****MI*HS1000001",
        "TRN*1*T-1",
        "AMT*T3*145",
        "DTP*472*D8*20260210",
    ]
    head = inquiry(ASKED).decode().split("~")
    group = head[1].replace("GS*HS", "GS*HR").replace("005010X279A1", "005010X212")
    return "".join(f"{each}~" for each in [head[0], group, *body, "SE*15*0001", *head[-3:-1]]).encode()


def test_a_270_is_answered_with_its_271(served: Served) -> None:
    """The coverage that a file would be told, addressed to who asked, in the answer itself."""
    answer = served.ask("/x12", inquiry(ASKED, number=301))
    assert (answer.status, answer.headers["content-type"]) == (200, "application/edi-x12")
    assert answer.headers["cache-control"] == "no-store"
    assert segments_of(answer.body, "ST*") == ["ST*271*0001*005010X279A1"]
    assert segments_of(answer.body, "NM1*IL") == ["NM1*IL*1*AMBLE*ROSA****MI*HS1000001"]
    assert segments_of(answer.body, "EB*1")
    assert segments_of(answer.body, "ISA")[0][35:50].strip() == "94267"


def test_a_276_is_answered_with_its_277(served: Served) -> None:
    """A claim that is not found is told so, by a 277."""
    answer = served.ask("/x12", claim_status())
    assert answer.status == 200
    assert segments_of(answer.body, "ST*") == ["ST*277*0001*005010X212"]
    assert segments_of(answer.body, "STC*A4")


def test_the_question_is_in_the_audit_log(served: Served) -> None:
    """Who, for whom, about which member, and how it was answered; nothing of what was said."""
    served.ask("/x12", inquiry(ASKED))
    principal, action, member, recipient, result = served.audited()[-1]
    assert (principal, action, recipient) == ("machine:riverbend-machine", "inquire member", "organisation:riverbend")
    assert member
    assert result.startswith("271 ")


def test_numbers_of_answers_rise(served: Served) -> None:
    """No receiver gets an ISA13 twice; tests have numbers of their own."""
    numbers = [segments_of(served.ask("/x12", inquiry(ASKED)).body, "ISA")[0].split("*")[13] for _ in range(3)]
    assert len(set(numbers)) == 3
    test = served.ask("/x12", inquiry(ASKED, usage="T")).body
    assert segments_of(test, "ISA")[0].split("*")[15] == "T"


@pytest.mark.parametrize(
    ("content", "status", "begins"),
    [
        (inquiry(ASKED, payer="94267").replace(b"DMG*D8*19790412", b"DMG*D8*1979"), 200, "AK9*R"),
        (inquiry(ASKED).replace(b"ZZ*94267          ", b"ZZ*OTHER          "), 200, "TA1*"),
        (inquiry(ASKED).replace(b"HL*3*2*22", b"HL*9*9*22"), 200, "AK9*R"),
    ],
)
def test_what_is_at_fault_is_refused_as_in_a_file(served: Served, content: bytes, status: int, begins: str) -> None:
    """A set with an error gets its 999, an interchange that is not for us its TA1."""
    answer = served.ask("/x12", content)
    assert answer.status == status
    assert segments_of(answer.body, begins)
    assert not segments_of(answer.body, "EB*")


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"no X12 at all", 400, "not-one-inquiry"),
        (b"", 400, "not-one-inquiry"),
        (inquiry(ASKED) + inquiry(ASKED, number=302), 400, "not-one-inquiry"),
        (inquiry(ASKED, sender="30*410000301"), 403, "sender-not-owned"),
        (inquiry(ASKED, sender="ZZ*NOBODY"), 403, "sender-not-owned"),
        (inquiry(ASKED, application="PRAIRIELINK"), 403, "sender-not-owned"),
        (b"x" * 200_000, 413, "too-large"),
    ],
)
def test_what_is_no_inquiry_of_the_senders_is_told(served: Served, content: bytes, status: int, code: str) -> None:
    """No X12, two inquiries, somebody else's ISA06 or GS02, too many bytes: refused, and nothing of it is told back."""
    answer = served.ask("/x12", content)
    assert answer.status == status
    assert f'"error":"{code}"'.encode() in answer.body
    assert b"AMBLE" not in answer.body


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer wrong", "Basic d3Jvbmc6d3Jvbmc=", "wrong"])
def test_without_a_key_nothing_is_answered(served: Served, authorization: str) -> None:
    """No key, or one that opens nothing."""
    headers = {"Content-Type": "application/edi-x12", "Authorization": authorization}
    answer = served.send("POST", "/x12", inquiry(ASKED), headers)
    assert (answer.status, answer.headers["www-authenticate"]) == (401, "Bearer")


def test_a_wrong_key_is_in_the_audit_log(served: Served) -> None:
    """That somebody was refused is told, the key is not."""
    served.ask("/x12", inquiry(ASKED), Authorization="Bearer wrong")
    assert served.audited()[-1] == ("system:operator", "sign in", "", "", "refused")


def test_a_machine_of_the_payer_is_no_partner(served: Served) -> None:
    """Its key is right, but no interchange is its own."""
    key = machine_key(served.demo, "nightly", "")
    assert served.ask("/x12", inquiry(ASKED), Authorization=f"Bearer {key}").status == 403


def test_another_content_type_is_refused(served: Served) -> None:
    """What comes as a form is not read as X12."""
    assert served.ask("/x12", inquiry(ASKED), "application/x-www-form-urlencoded").status == 415


def test_a_provider_that_is_not_granted_is_as_nobody(served: Served) -> None:
    """Harbor is not Riverbend's to ask for: not found, without a word on the member."""
    answer = served.ask("/x12", inquiry(ASKED, npi="1000002018"))
    assert answer.status == 200
    assert segments_of(answer.body, "AAA")
    assert not segments_of(answer.body, "EB*")


def test_a_header_cannot_be_put_into_the_answer(served: Served) -> None:
    """Line ends in what is sent make no header of what is answered."""
    answer = served.ask("/x12", inquiry(ASKED).replace(b"REF-1", b"REF\r\nX-Evil: 1"))
    assert "x-evil" not in answer.headers


def test_health_and_unknown_places(served: Served) -> None:
    """The service says that it is up and nothing else; other places and methods are none."""
    assert served.send("GET", "/health").body == b'{"status":"ok","under_way":0}'
    assert served.send("GET", "/nowhere").status == 404
    assert served.send("GET", "/x12").status == 405


def slow(port: int) -> bytes:
    """Send a request whose body never comes, and return what the service says."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        head = b"POST /x12 HTTP/1.1\r\nHost: a\r\nContent-Type: application/edi-x12\r\nAuthorization: Bearer k\r\n"
        connection.sendall(head + b"Content-Length: 500\r\n\r\nISA*00*")
        return connection.recv(65_536)


def test_a_slow_client_is_let_go(demo: Demo, riverbend: str) -> None:
    """A body that does not arrive is waited for only so long."""
    with serving(demo, ServiceLimits(send_seconds=0.2), riverbend) as served:
        assert slow(served.port).startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize(
    ("limits", "all_answered"), [(ServiceLimits(waiting=300), True), (ServiceLimits(waiting=2), False)]
)
def test_two_hundred_at_once_are_answered_whole_or_refused(
    demo: Demo, riverbend: str, limits: ServiceLimits, *, all_answered: bool
) -> None:
    """Each gets a whole 271, or 503 and when to come again; and each 271 has its audit row."""
    with serving(demo, limits, riverbend) as served, ThreadPoolExecutor(200) as clients:
        ask: Callable[[int], object] = lambda number: served.ask("/x12", inquiry(ASKED, number=number))  # noqa: E731
        answers = list(clients.map(ask, range(1, 201)))
        told = sum(row[-1].startswith("271 ") for row in served.audited())
    whole = [each for each in answers if each.status == 200]
    assert all(segments_of(each.body, "IEA") and segments_of(each.body, "EB*") for each in whole)
    refused = [each for each in answers if each.status == 503]
    assert all(each.headers["retry-after"] == "1" for each in refused)
    assert len(whole) + len(refused) == 200
    assert bool(refused) is not all_answered
    assert told == len(whole)

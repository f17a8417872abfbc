"""CAQH CORE envelopes, MIME and SOAP: the answer in an envelope, each error by CORE's name, no attack through XML."""

from __future__ import annotations

import json
from typing import Any

import pytest
from lxml import etree

from hpedi.web.core_rule import core_rule
from tests.inquired import inquiry, segments_of
from tests.pipeline.conftest import AS_OF
from tests.web.conftest import Served, machine_key
from tests.web.envelopes import ASKED, FORMS, MIME_TYPE, PAYLOAD_ID, SOAP, SOAP_TYPE, fields, mime, soap

A_FILE = '<!DOCTYPE s [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
PATHS = pytest.mark.parametrize("path", FORMS)


def told(served: Served, path: str, values: dict[str, str]) -> dict[str, str]:
    """Return the fields of the envelope that answers one."""
    content_type, write, read = FORMS[path]
    answer = served.send("POST", path, write(values), {"Content-Type": content_type})
    assert answer.status == 200
    return read(answer.headers["content-type"], answer.body)


@PATHS
def test_an_envelope_is_answered_with_its_271(served: Served, path: str) -> None:
    """The 271 with its payload type, under the PayloadID of the question, from us to who asked."""
    answer = told(served, path, fields(served.key))
    payload = answer.pop("Payload")
    answer.pop("TimeStamp")
    assert answer == {
        "PayloadType": "X12_271_Response_005010X279A1",
        "ProcessingMode": "RealTime",
        "PayloadID": PAYLOAD_ID,
        "SenderID": "94267",
        "ReceiverID": "RIVERBEND",
        "CORERuleVersion": "2.2.0",
        "ErrorCode": "Success",
        "ErrorMessage": "Envelope was processed successfully.",
    }
    assert segments_of(payload.encode(), "EB*1")


@PATHS
def test_what_is_at_fault_comes_as_999_or_ta1(served: Served, path: str) -> None:
    """The envelope is right, what is in it is not: a payload type for each kind of refusal."""
    wrong_set = inquiry(ASKED).replace(b"DMG*D8*19790412", b"DMG*D8*1979").decode()
    wrong_interchange = inquiry(ASKED).replace(b"ZZ*94267          ", b"ZZ*OTHER          ").decode()
    of_set, of_interchange = (
        told(served, path, fields(served.key, Payload=each)) for each in (wrong_set, wrong_interchange)
    )
    assert (of_set["ErrorCode"], of_set["PayloadType"]) == ("Success", "X12_999_Response_005010X231A1")
    assert (of_interchange["ErrorCode"], of_interchange["PayloadType"]) == ("Success", "X12_TA1_Response_00501X231A1")


ERRORS: list[tuple[dict[str, Any], str]] = [
    *(
        ({name: None}, f"{name}Required")
        for name in (
            "PayloadType",
            "ProcessingMode",
            "PayloadID",
            "TimeStamp",
            "UserName",
            "Password",
            "SenderID",
            "ReceiverID",
            "CORERuleVersion",
            "Payload",
        )
    ),
    ({"PayloadType": "X12_999_Anything"}, "PayloadTypeIllegal"),
    ({"PayloadType": "X12_837_Request_005010X222A1"}, "NotSupported"),
    ({"ProcessingMode": "Sometimes"}, "ProcessingModeIllegal"),
    ({"ProcessingMode": "Batch"}, "NotSupported"),
    ({"PayloadID": "1"}, "PayloadIDIllegal"),
    ({"TimeStamp": "yesterday"}, "TimeStampIllegal"),
    ({"TimeStamp": "2026-02-30T10:00:00Z"}, "TimeStampIllegal"),
    ({"SenderID": "SOMEBODY"}, "SenderIDIllegal"),
    ({"SenderID": "R" * 51}, "SenderIDIllegal"),
    ({"ReceiverID": "SOMEBODY"}, "ReceiverIDIllegal"),
    ({"CORERuleVersion": "two"}, "CORERuleVersionIllegal"),
    ({"CORERuleVersion": "1.1.0"}, "VersionMismatch"),
    ({"Password": "wrong"}, "UnAuthorized"),
    ({"UserName": "somebody"}, "UnAuthorized"),
    ({"Payload": inquiry(ASKED, sender="30*410000301").decode()}, "UnAuthorized"),
    ({"Payload": "no X12"}, "PayloadIllegal"),
    ({"PayloadType": "X12_276_Request_005010X212"}, "PayloadIllegal"),
]


@PATHS
@pytest.mark.parametrize(("changed", "code"), ERRORS, ids=[f"{code}-{min(changed)}" for changed, code in ERRORS])
def test_each_error_has_the_name_that_core_gives_it(
    served: Served, path: str, changed: dict[str, Any], code: str
) -> None:
    """An envelope without payload, with the code and what to do; nothing of the question is told."""
    answer = told(served, path, fields(served.key, **changed))
    assert (answer["ErrorCode"], answer["PayloadType"]) == (code, "CoreEnvelopeError")
    assert answer["ErrorMessage"] == core_rule(AS_OF).message(code)
    assert "Payload" not in answer


def test_a_moment_without_its_zone_is_taken(served: Served) -> None:
    """Clients leave the zone out; nothing hangs on it."""
    answer = told(served, "/core/soap", fields(served.key, TimeStamp="2026-03-02T15:00:00"))
    assert answer["ErrorCode"] == "Success"


def test_a_user_name_opens_with_its_own_key_only(served: Served) -> None:
    """The key of another machine, right as it is, does not go with the name."""
    other = machine_key(served.demo, "another")
    assert told(served, "/core/mime", fields(other))["ErrorCode"] == "UnAuthorized"


def test_a_field_said_twice_is_refused(served: Served) -> None:
    """Nobody chooses between two values."""
    twice = mime(fields(served.key)).replace(
        b"--BOUNDARY--", b'--BOUNDARY\r\nContent-Disposition: form-data; name="SenderID"\r\n\r\nX\r\n--BOUNDARY--'
    )
    answer = served.send("POST", "/core/mime", twice, {"Content-Type": MIME_TYPE})
    assert b"SenderIDIllegal" in answer.body


@pytest.mark.parametrize(
    ("body", "fault", "status"),
    [
        (b"<no xml", "soap:Sender", 400),
        (b"<other/>", "soap:Sender", 400),
        (soap({}, version="http://schemas.xmlsoap.org/soap/envelope/"), "soap:VersionMismatch", 500),
        (soap({}).replace(b"RealTimeRequest", b"BatchSubmission"), "soap:Sender", 400),
        (soap({}, before='<!DOCTYPE s [<!ENTITY e "x">]>'), "soap:Sender", 400),
        (soap({"SenderID": "E"}, before=A_FILE).replace(b">E<", b">&e;<"), "soap:Sender", 400),
        (soap({}, before='<!DOCTYPE s SYSTEM "http://127.0.0.1:9/a.dtd">'), "soap:Sender", 400),
        (b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;">]><a>&b;</a>', "soap:Sender", 400),
        (b"<a>" * 10_000, "soap:Sender", 400),
    ],
)  # fmt: skip
def test_what_is_no_envelope_gets_a_fault(served: Served, body: bytes, fault: str, status: int) -> None:
    """Document types and entities are refused unread, and so is what is no SOAP 1.2."""
    answer = served.send("POST", "/core/soap", body, {"Content-Type": SOAP_TYPE})
    assert answer.status == status
    assert etree.fromstring(answer.body).findtext(f".//{{{SOAP}}}Value") == fault
    assert b"root:" not in answer.body


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", b"nothing"),
        (
            "multipart/form-data; boundary=0",
            b"--0\r\n"
            + b"".join(b"Content-Type: multipart/x; boundary=%d\r\n\r\n--%d\r\n" % (n, n) for n in range(1, 2_500)),
        ),
    ],
)
def test_what_is_no_multipart_is_told(served: Served, content_type: str, body: bytes) -> None:
    """An envelope without parts, and one with thousands of parts each in the other."""
    answer = served.send("POST", "/core/mime", body, {"Content-Type": content_type})
    assert answer.status == 400
    assert b"Sender" in answer.body


def test_values_of_the_question_make_no_header_and_no_markup(served: Served) -> None:
    """Line ends and tags in fields are refused, and not told back."""
    evil = fields(served.key, SenderID="R\r\nX-Evil: 1", PayloadID="<script>")
    for path, (content_type, write, _read) in FORMS.items():
        answer = served.send("POST", path, write(evil), {"Content-Type": content_type})
        assert "x-evil" not in answer.headers
        assert b"Evil" not in answer.body
        assert b"script" not in answer.body


def test_the_document_describes_each_route(served: Served) -> None:
    """Every route and method of the service is in the OpenAPI document, and nothing else is."""
    document = json.loads(served.send("GET", "/openapi.json").body)
    described = {(path, method.upper()) for path, methods in document["paths"].items() for method in methods}
    routes = {
        (route.path, method) for route in served.service.app().routes for method in route.methods if method != "HEAD"
    }
    assert described == routes
    assert document["openapi"] == "3.1.0"


def test_no_answer_has_a_status_that_the_document_does_not_tell(served: Served) -> None:
    """What comes back for right and wrong requests is described."""
    document = json.loads(served.send("GET", "/openapi.json").body)
    wrong = {"Content-Type": "text/plain"}
    asked = [
        ("/x12", served.ask("/x12", inquiry(ASKED))),
        ("/x12", served.ask("/x12", b"x" * 200_000)),
        ("/core/mime", served.send("POST", "/core/mime", b"", wrong)),
        ("/core/soap", served.send("POST", "/core/soap", b"", {"Content-Type": SOAP_TYPE})),
    ]
    for path, answer in asked:
        described = document["paths"][path]["post"]["responses"][str(answer.status)]
        assert answer.headers["content-type"].partition(";")[0] in described["content"]

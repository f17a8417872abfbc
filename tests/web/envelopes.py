"""CORE envelopes as clients send them, and what answers say, taken apart."""

from __future__ import annotations

from email.parser import BytesParser
from email.policy import HTTP
from xml.sax.saxutils import escape

from lxml import etree

from tests.inquired import ROSA, inquiry

LOGIN = "riverbend-machine"
ASKED = (*ROSA, "EQ*30")
"""What is covered for Rosa."""
PAYLOAD_ID = "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"
CORE = "http://www.caqh.org/SOAP/WSDL/CORERule2.2.0.xsd"
SOAP = "http://www.w3.org/2003/05/soap-envelope"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
MIME_TYPE = "multipart/form-data; boundary=BOUNDARY"
SOAP_TYPE = 'application/soap+xml; charset=UTF-8; action="RealTimeTransaction"'


def fields(key: str, **changed: str | None) -> dict[str, str]:
    """Return the fields of a right envelope with a 270 about Rosa, some of them changed or left out (None)."""
    right: dict[str, str | None] = {
        "PayloadType": "X12_270_Request_005010X279A1",
        "ProcessingMode": "RealTime",
        "PayloadID": PAYLOAD_ID,
        "TimeStamp": "2026-03-02T15:00:00Z",
        "UserName": LOGIN,
        "Password": key,
        "SenderID": "RIVERBEND",
        "ReceiverID": "94267",
        "CORERuleVersion": "2.2.0",
        "Payload": inquiry(ASKED).decode(),
    }
    return {name: value for name, value in {**right, **changed}.items() if value is not None}


def mime(values: dict[str, str]) -> bytes:
    """Return an envelope as multipart."""
    parts = "".join(
        f'--BOUNDARY\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in values.items()
    )
    return f"{parts}--BOUNDARY--\r\n".encode()


def soap(values: dict[str, str], *, before: str = "", version: str = SOAP) -> bytes:
    """Return an envelope as SOAP; `before` stands before its root."""
    token = "".join(
        f"<w:{tag}>{escape(values[name])}</w:{tag}>"
        for name, tag in (("UserName", "Username"), ("Password", "Password"))
        if name in values
    )
    body = "".join(
        f"<{name}>{escape(value)}</{name}>" for name, value in values.items() if name not in {"UserName", "Password"}
    )
    return (
        f'{before}<s:Envelope xmlns:s="{version}" xmlns:w="{WSSE}" xmlns:c="{CORE}"><s:Header><w:Security>'
        f"<w:UsernameToken>{token}</w:UsernameToken></w:Security></s:Header><s:Body>"
        f"<c:COREEnvelopeRealTimeRequest>{body}</c:COREEnvelopeRealTimeRequest></s:Body></s:Envelope>"
    ).encode()


def read_mime(content_type: str, body: bytes) -> dict[str, str]:
    """Return the fields of an answer."""
    message = BytesParser(policy=HTTP).parsebytes(f"Content-Type: {content_type}\r\n\r\n".encode() + body)
    return {
        str(part.get_param("name", header="content-disposition")): part.get_payload(decode=True).decode()
        for part in message.iter_parts()
    }


def read_soap(_content_type: str, body: bytes) -> dict[str, str]:
    """Return the fields of an answer, or the code of a fault as `Fault`."""
    root = etree.fromstring(body)
    fault = root.findtext(f".//{{{SOAP}}}Value")
    if fault:
        return {"Fault": fault}
    return {
        etree.QName(each).localname: each.text or "" for each in root.find(f".//{{{CORE}}}COREEnvelopeRealTimeResponse")
    }


FORMS = {"/core/mime": (MIME_TYPE, mime, read_mime), "/core/soap": (SOAP_TYPE, soap, read_soap)}

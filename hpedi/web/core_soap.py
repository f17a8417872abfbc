"""CORE envelopes as SOAP 1.2, with user name and password as WS-Security lays them down.

Pure. The XML is read without entities, document types and network; what has a document type is refused.
"""

from __future__ import annotations

from typing import Final

from lxml import etree

from hpedi.web.core_envelope import (
    ERROR_CODE,
    METADATA,
    PAYLOAD,
    CoreAnswer,
    CoreRequest,
    EnvelopeError,
)
from hpedi.web.core_rule import ILLEGAL, SENDER, VERSION_MISMATCH

CONTENT_TYPE: Final = "application/soap+xml"
SOAP: Final = "http://www.w3.org/2003/05/soap-envelope"
CORE: Final = "http://www.caqh.org/SOAP/WSDL/CORERule2.2.0.xsd"
SECURITY: Final = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
REQUEST: Final = "COREEnvelopeRealTimeRequest"
_REQUEST, _ANSWER = f"{{{CORE}}}{REQUEST}", f"{{{CORE}}}COREEnvelopeRealTimeResponse"
_TOKEN: Final = f"{{{SOAP}}}Header/{{{SECURITY}}}Security/{{{SECURITY}}}UsernameToken"
_PLAIN: Final = "#PasswordText"
_NAMES: Final = frozenset({*METADATA, PAYLOAD})


def read_soap(body: bytes) -> CoreRequest:
    """Read an envelope.

    Raises:
        EnvelopeError: It is no SOAP 1.2 (`Sender`, `VersionMismatch`), or says a field twice.
    """
    envelope = _parsed(body)
    if envelope.tag != f"{{{SOAP}}}Envelope":
        raise EnvelopeError(VERSION_MISMATCH if envelope.tag.endswith("}Envelope") else SENDER)
    asked = envelope.find(f"{{{SOAP}}}Body/{_REQUEST}")
    if asked is None:
        raise EnvelopeError(SENDER)
    values: dict[str, str] = {}
    for field in asked.iterchildren(tag=etree.Element):
        name = etree.QName(field).localname
        if name in values:
            raise EnvelopeError(f"{name if name in _NAMES else PAYLOAD}{ILLEGAL}")
        values[name] = (field.text or "").strip()
    user_name, password = _signed(envelope)
    return CoreRequest(
        fields={name: values.get(name, "") for name in METADATA},
        payload=_bytes(values.get(PAYLOAD, "")),
        user_name=user_name,
        password=password,
    )


def _bytes(payload: str) -> bytes:
    try:
        return payload.encode("latin-1")  # as X12 is read and written
    except UnicodeEncodeError:
        raise EnvelopeError(f"{PAYLOAD}{ILLEGAL}") from None


def _parsed(body: bytes) -> etree._Element:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_pis=True, remove_comments=True
    )
    try:
        envelope = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise EnvelopeError(SENDER) from None
    if envelope.getroottree().docinfo.internalDTD is not None:
        raise EnvelopeError(SENDER)
    return envelope


def _signed(envelope: etree._Element) -> tuple[str, str]:
    token = envelope.find(_TOKEN)
    if token is None:
        return "", ""
    password = token.find(f"{{{SECURITY}}}Password")
    if password is None or not password.get("Type", _PLAIN).endswith(_PLAIN):
        return token.findtext(f"{{{SECURITY}}}Username", "").strip(), ""
    return token.findtext(f"{{{SECURITY}}}Username", "").strip(), (password.text or "").strip()


def write_soap(answer: CoreAnswer) -> tuple[str, bytes]:
    """Return the Content-Type and the body of an envelope."""
    envelope, body = _empty()
    answered = etree.SubElement(body, _ANSWER, nsmap={"core": CORE})
    for name, value in answer.fields.items():
        if name == ERROR_CODE and answer.payload:
            etree.SubElement(answered, PAYLOAD).text = answer.payload.decode("latin-1")
        etree.SubElement(answered, name).text = value
    return f"{CONTENT_TYPE}; charset=UTF-8", _written(envelope)


def write_fault(code: str, message: str) -> tuple[str, bytes]:
    """Return the Content-Type and the body of a SOAP fault: Sender, Receiver or VersionMismatch."""
    envelope, body = _empty()
    fault = etree.SubElement(body, f"{{{SOAP}}}Fault")
    value = etree.SubElement(etree.SubElement(fault, f"{{{SOAP}}}Code"), f"{{{SOAP}}}Value")
    value.text = f"soap:{code}"
    text = etree.SubElement(etree.SubElement(fault, f"{{{SOAP}}}Reason"), f"{{{SOAP}}}Text")
    text.set("{http://www.w3.org/XML/1998/namespace}lang", "en")
    text.text = message
    return f"{CONTENT_TYPE}; charset=UTF-8", _written(envelope)


def _empty() -> tuple[etree._Element, etree._Element]:
    envelope = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"soap": SOAP})
    return envelope, etree.SubElement(envelope, f"{{{SOAP}}}Body")


def _written(envelope: etree._Element) -> bytes:
    return bytes(etree.tostring(envelope, encoding="UTF-8", xml_declaration=True))

"""The OpenAPI document of the service, written by hand; a test holds it against the routes."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any, Final

from hpedi.web import core_mime, core_soap
from hpedi.web.core_envelope import METADATA, PASSWORD, PAYLOAD, USER_NAME

_X12: Final = {"application/edi-x12": {"schema": {"type": "string", "format": "binary"}}}
_PROBLEM: Final = {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
_REFUSALS: Final = {
    "400": "No X12, or not one 270 or 276",
    "401": "The key opens nothing, or not any more",
    "403": "ISA06 or GS02 is not the sender's, or the machine belongs to no trading partner",
    "408": "The body did not arrive in time",
    "413": "The body is too large",
    "415": "Another content type",
    "500": "Not answered, by a fault of ours",
    "503": "Too many requests wait; send it again after the seconds of Retry-After",
}
_OF_ENVELOPES: Final = ("408", "413", "415", "503")


def document(body_bytes: int) -> dict[str, Any]:
    """Return the document.

    Args:
        body_bytes: Most bytes of a request's body.
    """
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "hpedi real time",
            "version": version("hpedi"),
            "description": f"Answers one 270 or 276 a request. A body has at most {body_bytes} bytes.",
        },
        "paths": {
            "/x12": {"post": _x12()},
            "/core/mime": {"post": _enveloped(core_mime.CONTENT_TYPE, _form())},
            "/core/soap": {"post": _enveloped(core_soap.CONTENT_TYPE, _soap())},
            "/health": {"get": _plain("Is the service up?", "It is", _HEALTH)},
            "/openapi.json": {"get": _plain("This document", "The document", {"type": "object"})},
        },
        "components": {
            "securitySchemes": {"machineKey": {"type": "http", "scheme": "bearer"}},
            "schemas": {"Problem": _PROBLEM_SCHEMA},
        },
    }


_HEALTH: Final = {
    "type": "object",
    "required": ["status", "under_way"],
    "properties": {"status": {"const": "ok"}, "under_way": {"type": "integer", "minimum": 0}},
}
_PROBLEM_SCHEMA: Final = {
    "type": "object",
    "required": ["error", "message"],
    "properties": {"error": {"type": "string"}, "message": {"type": "string"}},
}


def _x12() -> dict[str, Any]:
    return {
        "summary": "Ask with X12 alone",
        "security": [{"machineKey": []}],
        "requestBody": {"required": True, "content": _X12},
        "responses": {
            "200": {"description": "271 or 277; 999 or TA1 where the inquiry is refused", "content": _X12},
            **_refusals(*_REFUSALS),
        },
    }


def _enveloped(media_type: str, schema: dict[str, Any]) -> dict[str, Any]:
    content = {media_type: {"schema": schema}}
    return {
        "summary": f"Ask with a CAQH CORE 2.2.0 envelope, {media_type}",
        "requestBody": {"required": True, "content": content},
        "responses": {
            "200": {"description": "An envelope; ErrorCode says how it was processed", "content": content},
            "400": {"description": "No envelope", "content": content},
            "500": {"description": "Another version of SOAP, or a fault of ours"},
            **_refusals(*_OF_ENVELOPES),
        },
    }


def _form() -> dict[str, Any]:
    fields: dict[str, Any] = {name: {"type": "string"} for name in (*METADATA, USER_NAME, PASSWORD)}
    fields[PAYLOAD] = {"type": "string", "format": "binary"}
    return {"type": "object", "description": _TOLD_INSIDE, "properties": fields}


def _soap() -> dict[str, Any]:
    token = _element("UsernameToken", core_soap.SECURITY, Username=_TEXT, Password=_TEXT)
    security = _element("Security", core_soap.SECURITY, UsernameToken=token)
    fields = {name: {"type": "string"} for name in (*METADATA, PAYLOAD)}
    asked = _element(core_soap.REQUEST, core_soap.CORE, **fields)
    body = _element("Body", core_soap.SOAP, **{core_soap.REQUEST: asked}) | {"required": [core_soap.REQUEST]}
    envelope = _element(
        "Envelope", core_soap.SOAP, Header=_element("Header", core_soap.SOAP, Security=security), Body=body
    )
    return envelope | {"description": _TOLD_INSIDE, "required": ["Body"]}


def _element(name: str, namespace: str, **properties: dict[str, Any]) -> dict[str, Any]:
    xml = {"name": name, "namespace": namespace, "prefix": _PREFIXES[namespace]}
    return {"type": "object", "xml": xml, "properties": properties}


_TOLD_INSIDE: Final = "CORE wants every field; one that is missing or wrong is told by the ErrorCode of the answer."
_PREFIXES: Final = {core_soap.SOAP: "soap", core_soap.SECURITY: "wsse", core_soap.CORE: "core"}
_TEXT: Final = {"type": "string", "xml": {"namespace": core_soap.SECURITY, "prefix": _PREFIXES[core_soap.SECURITY]}}


def _refusals(*statuses: str) -> dict[str, Any]:
    return {status: {"description": _REFUSALS[status], "content": _PROBLEM} for status in statuses}


def _plain(summary: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    answered = {"description": description, "content": {"application/json": {"schema": schema}}}
    return {"summary": summary, "responses": {"200": answered}}

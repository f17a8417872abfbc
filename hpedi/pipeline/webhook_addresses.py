"""Where events may be sent: an https URL at a public address, so that nobody makes us ask what our own network holds.

A name is looked up by the shell at each attempt; what it gets is held against `is_allowed`, and connected to as it was
checked. Addresses that carry another one inside (IPv4 in IPv6) are judged by that one too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final, TypeAlias
from urllib.parse import urlsplit

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network

SCHEMES: Final = {"https": 443, "http": 80}
"""Schemes with their ports; http goes to this machine only."""

LONGEST_URL: Final = 2_000
TRANSLATED: Final = IPv6Network("64:ff9b::/96")
"""IPv4 addresses as a NAT64 translator is asked for them (RFC 6052)."""

_LAST_32_BITS: Final = 0xFFFF_FFFF


class WrongUrl(Exception):
    """A URL to which no events are sent; says why."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes: scheme, host, port, and what stands after them."""

    scheme: str
    host: str
    port: int
    path: str


def shown_url(url: str) -> str:
    """Return a URL as it may be shown: what stands after `?` may be a secret."""
    return url.partition("?")[0]


def target_of(url: str, allowed: Sequence[Network]) -> Target:
    """Read a URL that events are to be sent to.

    Args:
        url: The URL.
        allowed: Networks that are allowed beside public addresses.

    Raises:
        WrongUrl: It is none, or names an address that is not allowed.
    """
    if len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url:
        raise WrongUrl(f"the URL has characters that a URL has not, or more than {LONGEST_URL}")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise WrongUrl("this is no URL") from None
    if parts.scheme not in SCHEMES or not host:
        raise WrongUrl("a URL begins with https:// and a name")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise WrongUrl("the URL holds a user, a password or a fragment; events are signed instead")
    literal = _address(host)
    if parts.scheme == "http" and (literal is None or not literal.is_loopback):
        raise WrongUrl("events go over https; http only to an address of this machine")
    if literal is not None and not is_allowed(literal, allowed):
        raise WrongUrl("the address is not a public one; allow its network under [webhooks] of hpedi.toml")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, SCHEMES[parts.scheme] if port is None else port, path)


def is_allowed(address: Address, allowed: Sequence[Network]) -> bool:
    """Say whether events may go to an address: it is public, or in a network that is allowed."""
    if any(address.version == network.version and address in network for network in allowed):
        return True
    return all(each.is_global and not each.is_multicast and not each.is_reserved for each in _all_of(address))


def networks(written: Sequence[str]) -> tuple[Network, ...]:
    """Read networks such as 10.1.0.0/16.

    Raises:
        ValueError: One is none.
    """
    return tuple(ip_network(each) for each in written)


def _address(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _all_of(address: Address) -> Iterator[Address]:
    """Yield what an address stands for: itself and those that it carries inside, or only those."""
    if isinstance(address, IPv4Address):
        yield address
    elif address.ipv4_mapped is not None:
        yield address.ipv4_mapped
    elif address in TRANSLATED:
        yield IPv4Address(int(address) & _LAST_32_BITS)
    else:
        yield address
        yield from filter(None, (address.sixtofour, *(address.teredo or ())))

"""How much the SFTP server grants, as dated data: sizes, counts, waiting times."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final

import msgspec
import yaml
from msgspec import Meta

from hpedi.reference.dated import Dated, Entry, in_force

Count = Annotated[int, Meta(ge=1)]

_OF_THE_VERSION: Final = frozenset({"start", "end", "source"})


class SftpLimits(Dated, frozen=True, kw_only=True):
    """Upper bounds, each inclusive; times are in seconds where their names do not say otherwise.

    Attributes:
        file_bytes: Size of one file.
        waiting_files: Files of a partner that nobody took yet, unfinished uploads counted.
        waiting_bytes: Their bytes.
        connections: Connections at once.
        connections_signing_in: Those of them that are not signed in yet.
        connections_of_address: Those of these of one address; many partners may share one.
        connections_of_partner: Those of one partner.
        channels: Sessions inside one connection at once.
        open_files: Open files of a session.
        listings: Folders that a session lists at once.
        sign_in_seconds: From knocking to being signed in.
        idle_seconds: Without a request.
        keys_offered: Public keys tried in one connection.
        failures: Connections of an address that end without signing in, one after the other.
        locked_out_minutes: For how long the address is not let in then.
        settle_after: How long a whole file whose connection broke is left for its sender to go on with.
        incomplete_after: After how long without a byte an upload that is not whole is published as it is.
        source: Who says so.
    """

    file_bytes: Count
    waiting_files: Count
    waiting_bytes: Count
    connections: Count
    connections_signing_in: Count
    connections_of_address: Count
    connections_of_partner: Count
    channels: Count
    open_files: Count
    listings: Count
    sign_in_seconds: Count
    idle_seconds: Count
    keys_offered: Count
    failures: Count
    locked_out_minutes: Count
    settle_after: Annotated[int, Meta(ge=0)]
    incomplete_after: Count
    source: str


class _LimitsFile(Entry, frozen=True, kw_only=True):
    versions: tuple[SftpLimits, ...]


NAMES: Final = tuple(name for name in SftpLimits.__struct_fields__ if name not in _OF_THE_VERSION)
"""What [sftp] of hpedi.toml may set."""


def load_sftp_limits(content: bytes, day: date) -> SftpLimits:
    """Return what is in force on a day, from the YAML of mappings/gateway/sftp.yaml.

    Raises:
        msgspec.ValidationError: It does not have its form: a bug of mappings.
        LookupError: Nothing is in force on the day.
    """
    found = in_force(msgspec.convert(yaml.safe_load(content), _LimitsFile).versions, day)
    if found is None:
        raise LookupError(f"no limits of the SFTP server are in force on {day}")
    return found

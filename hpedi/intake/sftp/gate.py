"""Who may connect and sign in: partners by their public keys, and by nothing else.

The user name is the partner's id. A key is good from the day it was added until the day it is revoked; partners in
testing and live sign in, drafts and suspended ones do not. Profiles are asked at each sign-in, and again while a
connection lasts.
"""

from __future__ import annotations

import time
from functools import partial
from typing import Final
from weakref import WeakSet

from asyncssh import (
    DISC_BY_APPLICATION,
    DISC_NO_MORE_AUTH_METHODS_AVAILABLE,
    DISC_TOO_MANY_CONNECTIONS,
    SSHKey,
    SSHServer,
    SSHServerChannel,
    SSHServerConnection,
)

from hpedi.intake.sftp.doors import Doors, origin_of
from hpedi.intake.sftp.folders import Folders
from hpedi.intake.sftp.reception import Reception
from hpedi.intake.sftp.rooms import Rooms
from hpedi.intake.sftp.session import Session
from hpedi.partners.states import TAKES
from hpedi.reference.partners import Partner

SIGNED_IN: Final = "signed in"
REFUSED: Final = "refused"
TOO_MANY: Final = "too many connections"


class Gate(SSHServer):
    """One connection."""

    def __init__(self, doors: Doors, folders: Folders, reception: Reception, known: set[Gate]) -> None:
        """Wait for it; `known` holds the connections that there are."""
        self._doors = doors
        self._folders = folders
        self._reception = reception
        self._known = known
        self._connection: SSHServerConnection | None = None
        self._address = ""
        self._user: str | None = None
        self._offered: set[str] = set()
        self._good_key = ""
        self._partner: Partner | None = None
        self._channels = 0
        self._rooms: WeakSet[Rooms] = WeakSet()
        self._last_used = time.monotonic()

    # --- the connection ---

    def connection_made(self, conn: SSHServerConnection) -> None:
        """Let it in, or not."""
        self._address = origin_of(str((conn.get_extra_info("peername") or ("",))[0]))
        if not self._doors.admits(self._address):
            conn.abort()
            return
        self._connection = conn
        self._known.add(self)
        self._doors.came(self._address)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """Take note that it ended; one that tried to sign in and did not is refused."""
        if self._connection is None:
            return
        self._connection = None
        self._known.discard(self)
        self._doors.left(self._address, self._partner.id if self._partner is not None else "")
        if self._partner is not None:
            return
        if self._user is not None:
            self._doors.failed(self._address)
            self._reception.note_sign_in(self._user, REFUSED)

    @property
    def is_at_work(self) -> bool:
        """Whether a file is open."""
        return any(rooms.is_at_work for rooms in self._rooms)

    def used(self) -> None:
        """Take note of a request."""
        self._last_used = time.monotonic()

    def check(self, idle_seconds: float) -> None:
        """End a connection that is idle, or whose partner or key is not good any more."""
        if self._connection is None or self._partner is None:
            return
        if time.monotonic() - self._last_used > idle_seconds:
            self.end("idle for too long")
        elif not self._is_good(self._partner.id, self._good_key):
            self.end("the key or the partner is not good any more")

    def end(self, why: str) -> None:
        """End the connection."""
        if self._connection is not None:
            self._connection.disconnect(DISC_BY_APPLICATION, why)

    # --- signing in ---

    def begin_auth(self, username: str) -> bool:
        """Ask everybody for a key, known or not."""
        self._user = username
        return True

    def public_key_auth_supported(self) -> bool:
        """Take keys."""
        return True

    def validate_public_key(self, username: str, key: SSHKey) -> bool:
        """Say whether a key is a good one of a partner who may sign in."""
        fingerprint = key.get_fingerprint()
        self._offered.add(fingerprint)
        if len(self._offered) > self._doors.limits.keys_offered:
            if self._connection is not None:
                self._connection.disconnect(DISC_NO_MORE_AUTH_METHODS_AVAILABLE, "too many keys were tried")
            return False
        if not self._is_good(username, fingerprint):
            return False
        self._good_key = fingerprint
        return True

    def _is_good(self, user: str, fingerprint: str) -> bool:
        partner, day = self._reception.partner(user), self._reception.today()
        if partner is None or not TAKES[partner.state]:
            return False
        if self._partner is not None and self._partner.delivery_folder != partner.delivery_folder:
            return False  # signed in to folders that are not the partner's any more
        return any(key.is_good(day) and key.fingerprint == fingerprint for key in partner.keys)

    def auth_completed(self) -> None:
        """Take note who signed in, unless the partner has too many connections already."""
        partner = self._reception.partner(self._user or "")
        if partner is None or self._connection is None:
            self.end("not signed in")
            return
        if self._doors.of_partner[partner.id] >= self._doors.limits.connections_of_partner:
            self._reception.note_sign_in(partner.id, TOO_MANY)
            self._user = None  # a good key: nothing that locks an address out
            self._connection.disconnect(DISC_TOO_MANY_CONNECTIONS, "too many connections: close one")
            return
        self._partner = partner
        self._last_used = time.monotonic()
        self._doors.signed_in(self._address, partner.id)
        self._reception.note_sign_in(partner.id, SIGNED_IN)

    # --- what is asked for then ---

    def session_requested(self) -> Session | bool:
        """Open a channel for SFTP; there is nothing else: no shell, no command, no forwarding."""
        if self._partner is None or self._channels >= self._doors.limits.channels:
            return False
        self._channels += 1
        rooms_for = partial(self._rooms_of, self._partner)
        return Session(rooms_for, open_files=self._doors.limits.open_files, used=self.used, left=self._left)

    def _left(self) -> None:
        self._channels -= 1

    def _rooms_of(self, partner: Partner, channel: SSHServerChannel[bytes]) -> Rooms:
        rooms = Rooms(channel, partner, self._folders, self._reception, self._doors.limits.open_files)
        self._rooms.add(rooms)
        return rooms

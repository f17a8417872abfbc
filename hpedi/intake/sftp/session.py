"""One SFTP session over asyncssh: the requests that there are, one after the other, and never more than is read.

asyncssh's own handler offers more (hard links, copies between handles, the file system's size) and answers faster than
a client reads; this one leaves those requests out, waits until an answer was sent, and knows a session that ended from
a file that was closed.
"""

from __future__ import annotations

import errno
import traceback
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final, TypeAlias, cast

from asyncssh import SFTPError, SFTPFailure, SSHReader, SSHServerChannel, SSHWriter
from asyncssh import SFTPLimits as ToldLimits
from asyncssh.channel import SSHChannel
from asyncssh.constants import FXP_OPEN, FXP_SYMLINK
from asyncssh.packet import PacketDecodeError, SSHPacket
from asyncssh.sftp import SFTPServerHandler
from asyncssh.stream import SSHServerStreamSession

from hpedi.intake.sftp.reading import READ_BYTES
from hpedi.intake.sftp.rooms import Rooms
from hpedi.log import log

SFTP_VERSION: Final = 3
"""What all clients speak; the later drafts add what is refused here anyway."""

WRITE_BYTES: Final = 262_144
"""What a client is told to write at a time; asyncssh takes up to 4 MiB."""

_PACKET_BYTES: Final = WRITE_BYTES + 1_024

_EXTENSIONS: Final = (
    b"posix-rename@openssh.com",
    b"fsync@openssh.com",
    b"lsetstat@openssh.com",
    b"limits@openssh.com",
)
"""What is offered beyond the protocol."""

_KEPT: Final = range(FXP_OPEN, FXP_SYMLINK + 1)
"""Requests of version 3: each is answered, if only with a refusal."""


Request: TypeAlias = Callable[[Any, SSHPacket], Awaitable[Any]]

_TOLD_TO_CLIENTS: Final = (SFTPError, OSError, PacketDecodeError, NotImplementedError)
"""What asyncssh answers with a code of its own."""

_OF_THE_DISK: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS})
"""What a client can do nothing about; whoever runs the server is told too."""


def _bugs_told(request: Request) -> Request:
    """Return what answers a request, and says in the log, not to the client, what else went wrong with it."""

    async def answered(handler: Any, packet: SSHPacket) -> Any:
        try:
            return await request(handler, packet)
        except _TOLD_TO_CLIENTS as told:
            if isinstance(told, OSError) and told.errno in _OF_THE_DISK:
                log.error("the disk takes no uploads", errno=told.errno)
            raise
        except Exception as bug:  # noqa: BLE001  # told in the log without its text, which may hold a name
            place = traceback.extract_tb(bug.__traceback__)[-1]
            log.error(
                "a request failed", exception=type(bug).__name__, place=f"{Path(place.filename).name}:{place.lineno}"
            )
            raise SFTPFailure("the server is at fault") from None

    return answered


class Handler(SFTPServerHandler):
    """The requests of one session."""

    def __init__(
        self,
        rooms: Rooms,
        reader: SSHReader[bytes],
        writer: SSHWriter[bytes],
        *,
        open_files: int,
        used: Callable[[], None],
    ) -> None:
        """Answer what comes; `used` is told of each request."""
        super().__init__(rooms, reader, writer, SFTP_VERSION)
        self._extensions = [(name, b"1") for name in _EXTENSIONS]
        self._packet_handlers = {
            kind: _bugs_told(taken)
            for kind, taken in self._packet_handlers.items()
            if taken is not None and (kind in _KEPT or kind in _EXTENSIONS)
        }
        self._rooms = rooms
        self._open_files = open_files
        self._used = used

    async def _process_packet(self, pkttype: int, pktid: int, packet: SSHPacket) -> None:
        """Answer a request, and wait until there is room for the next answer."""
        self._used()
        await super()._process_packet(pkttype, pktid, packet)
        if self._writer is not None:
            await self._writer.drain()
        self._used()

    async def _cleanup(self, exc: Exception | None) -> None:
        """Close what is open: nobody but the end of the session closes it."""
        self._rooms.is_over = True
        if exc is None and not self._rooms.channel.is_closing():
            self._rooms.channel.exit(0)  # scp takes an end without a status for a failure
        await super()._cleanup(exc)

    async def _process_limits(self, packet: SSHPacket) -> ToldLimits:
        """Say how much is taken at a time."""
        packet.check_end()
        return ToldLimits(_PACKET_BYTES, READ_BYTES, WRITE_BYTES, self._open_files)


class _NothingKept(dict[bytes, bytes]):
    """The environment that a client asks for: agreed to, and forgotten."""

    def __setitem__(self, key: bytes, value: bytes) -> None:
        """Forget it."""


class Session(SSHServerStreamSession[bytes]):
    """A channel on which nothing but SFTP can be asked for."""

    def __init__(
        self,
        rooms_for: Callable[[SSHServerChannel[bytes]], Rooms],
        *,
        open_files: int,
        used: Callable[[], None],
        left: Callable[[], None],
    ) -> None:
        """Make the rooms when SFTP is asked for; `left` is told when the channel is gone."""
        super().__init__(None, self._new_rooms, SFTP_VERSION)
        self._rooms_for = rooms_for
        self._open_files = open_files
        self._used = used
        self._left = left

    def connection_made(self, chan: SSHServerChannel[bytes]) -> None:  # type: ignore[override]
        """Take a channel."""
        chan._env = _NothingKept()  # noqa: SLF001  # asyncssh would keep any number of variables
        super().connection_made(chan)

    def connection_lost(self, exc: Exception | None) -> None:
        """Take note that the channel is gone."""
        super().connection_lost(exc)
        self._left()

    def break_received(self, msec: int) -> bool:  # noqa: ARG002
        """Refuse: there is nothing to break."""
        return False

    def signal_received(self, signal: str) -> None:
        """Ignore: there is nothing to signal."""

    def terminal_size_changed(self, width: int, height: int, pixwidth: int, pixheight: int) -> None:
        """Ignore: there is no terminal."""

    def _new_rooms(self, channel: SSHChannel[bytes]) -> Rooms:
        return self._rooms_for(cast("SSHServerChannel[bytes]", channel))

    def session_started(self) -> None:
        """Begin to answer."""
        channel, connection = self._chan, self._conn
        if channel is None or connection is None:
            return
        channel.set_encoding(None)
        self._encoding = None
        try:
            rooms = self._new_rooms(channel)
        except OSError as failure:
            log.warning("a drop folder cannot be opened", errno=failure.errno)
            channel.close()
            return
        reader, writer = SSHReader[bytes](self, channel), SSHWriter[bytes](self, channel)
        handler = Handler(rooms, reader, writer, open_files=self._open_files, used=self._used)
        connection.create_task(_run(handler, rooms), reader.logger)


async def _run(handler: Handler, rooms: Rooms) -> None:
    """Answer a session to its end, whatever ends it."""
    try:
        await handler.run()
    finally:
        rooms.exit()

"""Bytes of any chunking, made into even blocks of text.

The reader sees the same blocks however the bytes arrive, so it tells the same events. Latin-1 gives one character a
byte: an index in the text is an offset in the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator


def even_blocks(chunks: Iterable[bytes], block_bytes: int) -> Iterator[str]:
    """Join and cut chunks of bytes into blocks of text; only the last may be shorter.

    Args:
        chunks: Bytes in order, cut anywhere; empty chunks are allowed.
        block_bytes: Length of a block; no more than this is held.
    """
    held = bytearray()
    for chunk in chunks:
        start = 0
        while start < len(chunk):
            taken = min(block_bytes - len(held), len(chunk) - start)
            held += memoryview(chunk)[start : start + taken]
            start += taken
            if len(held) == block_bytes:
                yield held.decode("latin-1")
                held.clear()
    if held:
        yield held.decode("latin-1")

"""The page around any content: one HTML file that loads nothing from outside and runs no script but its own."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator
from hashlib import sha256
from html import escape


def html_frame(title: str, body: Iterable[str], *, style: str, script: str = "") -> Iterator[bytes]:
    """Yield a whole page, piece by piece.

    Args:
        title: What a browser calls it.
        body: What stands in it: HTML, escaped already.
        style: Its rules.
        script: The only script that a browser will run in it; none if empty.
    """
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    if script:
        policy += f"; script-src 'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'"
    yield (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n"
    ).encode()
    for text in body:
        yield text.encode()
    yield f"{f'<script>{script}</script>' if script else ''}</body>\n</html>\n".encode()

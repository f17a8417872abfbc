"""The server of `hpedi metrics`, until it is told to stop."""

from __future__ import annotations

from typing import Final

import click
import uvicorn
from starlette.applications import Starlette

from hpedi.commands.listening import Listening, bound, say_where, stop_by_signal

MOST_CONNECTIONS: Final = 64
STOP_SECONDS: Final = 5


def serve(app: Starlette, listening: Listening) -> None:
    """Answer until SIGTERM or SIGINT."""
    with bound(listening) as port:
        config = uvicorn.Config(
            app,
            ssl_certfile=listening.cert,
            ssl_keyfile=listening.key,
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            limit_concurrency=MOST_CONNECTIONS,
            timeout_graceful_shutdown=STOP_SECONDS,
        )
        server = uvicorn.Server(config)
        stop_by_signal(server)
        say_where(listening, port)
        server.run(sockets=[port])
    click.echo("stopped", err=True)

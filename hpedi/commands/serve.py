"""`hpedi serve`: inquiries over HTTP, answered while their sender waits."""

from __future__ import annotations

from pathlib import Path

import click

from hpedi.commands import ExitCode, Session
from hpedi.commands.listening import Listening, check_guarded


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--port", type=click.IntRange(0, 65_535), default=8270, show_default=True, help="0 takes a free one.")
@click.option("--tls-cert", type=click.Path(dir_okay=False, exists=True, path_type=Path), help="PEM; with --tls-key.")
@click.option("--tls-key", type=click.Path(dir_okay=False, exists=True, path_type=Path), help="PEM; with --tls-cert.")
@click.option(
    "--behind-proxy", is_flag=True, help="A proxy on the way ends TLS: listen beyond this machine without it."
)
@click.option(
    "--at-a-time", type=click.IntRange(1, 64), default=12, show_default=True, help="Requests worked on at once."
)
@click.option("--waiting", type=click.IntRange(0, 1_000), default=64, show_default=True, help="Requests that may wait.")
@click.option(
    "--processes",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="Processes that answer, as many as cores; the two limits are each one's own.",
)
@click.pass_obj
def command(
    session: Session,
    /,
    *,
    host: str,
    port: int,
    tls_cert: Path | None,
    tls_key: Path | None,
    behind_proxy: bool,
    processes: int,
    **most: int,
) -> int:
    """Answer inquiries over HTTP in real time.

    One 270 or 276 a request is answered with its 271 or 277, or with the 999 or TA1 that refuses it: POST /x12, and
    CAQH CORE envelopes to /core/mime and /core/soap. Machines of organisations sign in with their keys. Stop it with
    SIGTERM: what is in hand is answered, then it ends.

    \b
    Example:
      hpedi serve --port 8270 --processes 2
    """
    listening = Listening(host=host, port=port, cert=tls_cert, key=tls_key)
    means = "give --tls-cert and --tls-key, or --behind-proxy where a proxy ends TLS"
    check_guarded(listening, by_other_means=behind_proxy, means=means)
    from hpedi.commands.signed_in import acting
    from hpedi.commands.workspace import open_workspace

    try:
        from hpedi.commands.serving import serve
        from hpedi.web.app import ServiceLimits
    except ImportError:
        raise click.UsageError("real time needs the extra `web`: pip install 'hpedi[web]'") from None
    from hpedi.commands.jobs import Jobs

    workspace = open_workspace(session.home)
    jobs = Jobs(workspace, acting(workspace, "serve", "inquiry"))
    limits = ServiceLimits(**most)
    serve(jobs, listening, limits, processes)
    return ExitCode.OK

"""`hpedi metrics`: figures and health of a workspace, for machines that watch over it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hpedi.commands import ExitCode, Session
from hpedi.commands.listening import Listening, check_guarded

if TYPE_CHECKING:
    from hpedi.commands.workspace import Workspace
    from hpedi.run_context import RunContext
    from hpedi.web.operations_collector import WorkspaceCollector

_PemFile = click.Path(dir_okay=False, exists=True, path_type=Path)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--port", type=click.IntRange(0, 65_535), default=9427, show_default=True, help="0 takes a free one.")
@click.option("--tls-cert", type=_PemFile, help="PEM; with --tls-key.")
@click.option("--tls-key", type=_PemFile, help="PEM; with --tls-cert.")
@click.option("--token-file", type=_PemFile, help="Its first line is what a request for figures must carry.")
@click.option("--every", type=click.IntRange(1, 3_600), default=15, show_default=True, metavar="SECONDS",
              help="For how long figures are told before they are asked for anew.")  # fmt: skip
@click.option("--once", is_flag=True, help="Print the figures and end.")
@click.pass_obj
def command(
    session: Session,
    host: str,
    port: int,
    tls_cert: Path | None,
    tls_key: Path | None,
    token_file: Path | None,
    *,
    every: int,
    once: bool,
) -> int:
    """Tell Prometheus figures and health, without PHI.

    GET /metrics has the figures in Prometheus' text format, /health says whether the workspace can do its work (200 or
    503), /live whether the process answers. Beyond this machine it listens with TLS or a token only.

    \b
    Example:
      hpedi metrics --port 9427
      hpedi metrics --once
    """
    listening = Listening(host=host, port=port, cert=tls_cert, key=tls_key)
    means = "give --tls-cert and --tls-key, or a --token-file"
    check_guarded(listening, by_other_means=token_file is not None, means=means)
    token = _token(token_file)
    from hpedi.commands.signed_in import acting
    from hpedi.commands.workspace import open_workspace

    workspace = open_workspace(session.home)
    context = acting(workspace, "see", "workspace")
    try:
        collector = _collector(workspace, context, every, goes_on=not once)
        if once:
            _print(collector)
        else:
            _serve(workspace, context, collector, listening, token)
    except ImportError:
        raise click.UsageError("figures need the extra `gateway`: pip install 'hpedi[gateway,web]'") from None
    return ExitCode.OK


def _token(file: Path | None) -> str:
    token = file.read_text().partition("\n")[0].strip() if file is not None else ""
    if file is not None and not token:
        raise click.UsageError("the first line of --token-file is empty")
    return token


def _collector(workspace: Workspace, context: RunContext, every: int, *, goes_on: bool) -> WorkspaceCollector:
    from hpedi.commands.doctor_terms import doctor_terms
    from hpedi.commands.workspace import now_for
    from hpedi.web.operations_collector import WorkspaceCollector

    return WorkspaceCollector(
        workspace.home,
        workspace.books,
        workspace.database.reader.dialect.name,
        lambda: now_for(context.principal),
        figures_days=doctor_terms().bounds(context.as_of).figures_days,
        counts_since=context.instant if goes_on else None,
        every_seconds=every,
    )


def _print(collector: WorkspaceCollector) -> None:
    from hpedi.web.operations_collector import exposition, registry

    click.echo(exposition(registry(collector, with_process=False)).decode(), nl=False)


def _serve(
    workspace: Workspace, context: RunContext, collector: WorkspaceCollector, listening: Listening, token: str
) -> None:
    from hpedi.commands.doctor_terms import doctor_terms
    from hpedi.commands.metrics_serving import serve
    from hpedi.commands.workspace import now_for
    from hpedi.web.operations import Operations
    from hpedi.web.operations_collector import exposition, registry
    from hpedi.web.operations_health import HealthTerms, Patient, checks

    bounds = doctor_terms().bounds(context.as_of)
    patient = Patient(
        home=workspace.home,
        database=workspace.database,
        books=workspace.books,
        context=lambda: now_for(context.principal),
        terms=HealthTerms(free_bytes=bounds.health_free_bytes, beat_seconds=bounds.health_heartbeat_seconds),
    )
    told = registry(collector, with_process=True)
    serve(Operations(lambda: exposition(told), lambda: checks(patient), token).app(), listening)

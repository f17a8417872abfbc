"""`hpedi sftp`: the folders of partners over SFTP."""

from __future__ import annotations

import click

from hpedi.commands import ExitCode, Session


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--port", type=click.IntRange(0, 65_535), default=2222, show_default=True, help="0 takes a free one.")
@click.option("--fingerprint", is_flag=True, help="Print the fingerprint of the host key, for partners, and end.")
@click.pass_obj
def command(session: Session, host: str, port: int, *, fingerprint: bool) -> int:
    """Let partners drop files and fetch answers over SFTP.

    A partner signs in with its id and a key of `hpedi partner keys`, and sees /inbox to put files into, /outbox and
    /archive to fetch from; nobody sees another's. An upload is handed in when its interchanges have ended. Stop it
    with SIGTERM: files that are open are finished, then it ends.

    \b
    Example:
      hpedi sftp --host 0.0.0.0 --port 2222
    """
    from hpedi.commands.workspace import context_for

    try:
        from hpedi.commands.sftp_serving import serve
        from hpedi.commands.sftp_settings import host_key_file, sftp_limits
        from hpedi.intake.sftp.host_key import host_key
    except ImportError:
        raise click.UsageError("SFTP needs the extra `gateway`: pip install 'hpedi[gateway]'") from None
    from hpedi.commands.sftp_reception import BooksReception
    from hpedi.commands.signed_in import acting
    from hpedi.commands.workspace import open_workspace

    workspace = open_workspace(session.home)
    context = acting(workspace, "serve", "file transfer")
    key = host_key(host_key_file(session.home))
    if fingerprint:
        click.echo(key.get_fingerprint())
        return ExitCode.OK
    limits = sftp_limits(session.home, context_for(None).as_of)
    serve(session.home, limits, BooksReception(workspace, context), key, host=host, port=port)
    return ExitCode.OK

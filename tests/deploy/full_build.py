"""The whole installation below a folder, with its program from a package index, and a day of work with it.

    python -m tests.deploy.full_build

Everything that the Containerfile runs is run, as a script; then the installed program makes a workspace, examines it,
runs the gateway until SIGTERM and verifies the audit log. Needs a minute or two, a package index and the ports 2222 and
9427 of loopback.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.deploy.installed import DEPLOY, install


def main() -> None:
    """Install, work, and say how it went."""
    with tempfile.TemporaryDirectory(prefix="hpedi-full-build-") as folder:
        root = Path(folder)
        for run in re.findall(r"^RUN (.*)$", (DEPLOY / "Containerfile").read_text(), re.MULTILINE):
            done = install(root, *run.split(" && ")[0].split()[1:])
            if done.returncode:
                sys.exit(done.stderr)
        print(done.stdout, end="")  # noqa: T201
        _work(root)


def _work(root: Path) -> None:
    program, home = root / "usr/local/lib/hpedi/venv/bin/hpedi", root / "var/lib/hpedi/workspace"
    key = root / "key"
    key.write_bytes(subprocess.run(["openssl", "rand", "-base64", "32"], check=True, capture_output=True).stdout)
    surroundings = {
        "PATH": os.environ["PATH"],
        "HPEDI_HOME": str(home),
        "HPEDI_AUDIT_ANCHOR": str(root / "var/lib/hpedi-anchor/hpedi.anchor"),
        "XDG_CONFIG_HOME": str(root / "var/lib/hpedi/config"),
        "HPEDI_KEY_FILE": str(key),
    }
    hpedi = [root / "usr/local/lib/hpedi/with-key", program]
    for words in (("--version",), ("init", "--demo"), ("doctor", "--quiet"), ("up", "--dry-run")):
        subprocess.run([*hpedi, *words], env=surroundings, cwd=root, check=True)
    with subprocess.Popen([*hpedi, "up"], env=surroundings, cwd=root, stderr=subprocess.PIPE, text=True) as running:
        for line in running.stderr or ():
            print(line, end="")  # noqa: T201
            if "host key" in line:  # the SFTP server is the last to start
                health = [program.with_name("python"), root / "usr/local/lib/hpedi/health.py"]
                subprocess.run(health, check=True)
                running.send_signal(signal.SIGTERM)
        if running.wait() != 0:
            sys.exit(f"hpedi up ended with {running.returncode}")
    subprocess.run([*hpedi, "audit", "verify"], env=surroundings, cwd=root, check=True)
    print("all well")  # noqa: T201


if __name__ == "__main__":
    main()

# ruff: noqa: INP001 - a script that lies beside the program in an image
"""Ask the health endpoint of `hpedi metrics` whether the workspace can do its work: exit code 0 or 1.

By `python health.py [URL]`.
"""

import sys
import urllib.error
import urllib.request

URL = "http://127.0.0.1:9427/health"
SECONDS = 8

if __name__ == "__main__":
    try:
        with urllib.request.urlopen(sys.argv[1] if sys.argv[1:] else URL, timeout=SECONDS) as answer:  # noqa: S310
            sys.stdout.write(answer.read().decode())
    except urllib.error.HTTPError as unwell:
        sys.exit(unwell.read().decode())
    except OSError as failure:
        sys.exit(f"nobody answers: {failure}")

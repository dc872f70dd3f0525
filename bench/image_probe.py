"""Runs inside the image that bench/image.sh builds: starts the daemon, asks how it is, stops it."""

import http.client
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path


def status(path: str) -> int:
    asked = http.client.HTTPConnection("127.0.0.1", int(os.environ["HEALTH_PORT"]), timeout=4)
    try:
        asked.request("GET", path)
        return asked.getresponse().status
    except OSError:
        return 0


def health(declared: str) -> int:
    """The exit code of the health check, run as the image declares it: [CMD python3 -c ...]."""
    told = re.fullmatch(r"\[CMD (\S+) -c (.*)\]", declared)
    if told is None:
        return -1
    return subprocess.run([told[1], "-c", told[2]], check=False, capture_output=True).returncode


def main(declared: str) -> None:
    began = time.monotonic()
    command = shlex.split("meterwatch run --config /etc/meterwatch/config.yaml")
    run = subprocess.Popen(command)
    while status("/readyz") != 200 and run.poll() is None and time.monotonic() < began + 60:
        time.sleep(0.2)
    print("ready", status("/readyz"), f"after {time.monotonic() - began:.1f} s")
    print("health", health(declared))
    print("state", *sorted(one.name for one in Path(os.environ["STATE_DIRECTORY"]).iterdir()))
    began = time.monotonic()
    run.send_signal(signal.SIGTERM)
    print("exit", run.wait(60), f"after {time.monotonic() - began:.1f} s")
    print("after", health(declared))


if __name__ == "__main__":
    main(sys.argv[1])

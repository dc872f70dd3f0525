"""A real Alertmanager, as Debian packages it, on loopback; tests that want it pass it by where it
is not installed."""

import contextlib
import http.client
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

CONFIG = """\
route: {{receiver: us, group_by: [alertname], group_wait: 0s, group_interval: 1s}}
receivers:
  - name: us
    webhook_configs: [{{url: "{url}", send_resolved: true}}]
"""


@contextlib.contextmanager
def alertmanager(state: Path, receiver: str) -> Iterator[str]:
    """Yields its address; it tells `receiver` of its alerts."""
    binary = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
    if binary is None:
        pytest.skip("no prometheus-alertmanager is installed")
    (state / "alertmanager.yml").write_text(CONFIG.format(url=receiver))
    port = _free_port()
    process = subprocess.Popen(
        [
            binary,
            f"--config.file={state / 'alertmanager.yml'}",
            f"--storage.path={state / 'data'}",
            f"--web.listen-address=127.0.0.1:{port}",
            "--cluster.listen-address=",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(process, port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def _wait(process: "subprocess.Popen[bytes]", port: int) -> None:
    for _ in range(200):
        assert process.poll() is None, "Alertmanager ended at once"
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
        with contextlib.suppress(OSError), contextlib.closing(connection):
            connection.request("GET", "/-/ready")
            if connection.getresponse().status == 200:
                return
        time.sleep(0.05)
    pytest.fail("Alertmanager was not ready in 10 s")

"""No flow of the product asks for another machine."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from search.settings import ROOT

GUARD = """
import ipaddress, os, socket

def guard(name, address):
    host = address[0] if isinstance(address, tuple) else address
    try:
        near = ipaddress.ip_address(host).is_loopback or host in ("0.0.0.0", "::")
    except ValueError:
        near = host in (None, "", b"", "localhost", b"localhost")
    if not near:
        with open(os.environ["ASKED"], "a") as stream:
            stream.write(f"{name} {address}\\n")
        raise OSError(101, "blocked by the test")

def guarded(name, of, place):
    real = getattr(of, name)
    def call(*arguments, **named):
        target = arguments[place] if len(arguments) > place else named.get("host")
        unix = isinstance(arguments[0], socket.socket) and arguments[0].family == socket.AF_UNIX
        if not unix:
            guard(name, target)
        return real(*arguments, **named)
    setattr(of, name, call)

for name in ("connect", "connect_ex"):
    guarded(name, socket.socket, 1)
for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex"):
    guarded(name, socket, 0)
"""
"""As `sitecustomize` it watches every Python that the flows start; native code it does not."""
NO_NETWORK = ["unshare", "-rn", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]
"""A network namespace with nothing but loopback in it, for native code too."""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "guard").mkdir()
    (tmp_path / "guard" / "sitecustomize.py").write_text(GUARD)
    (tmp_path / "asked").touch()
    path = f"{tmp_path / 'guard'}:{ROOT}"
    return os.environ | {"PYTHONPATH": path, "ASKED": str(tmp_path / "asked")}


def test_the_guard_sees_who_asks_for_another_machine(
    environment: dict[str, str], tmp_path: Path
) -> None:
    for program in (
        "import socket; socket.create_connection(('192.0.2.1', 80), 1)",
        "import urllib.request; urllib.request.urlopen('http://huggingface.co')",
    ):
        asked = subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True
        )
        assert b"blocked by the test" in asked.stderr
    told = (tmp_path / "asked").read_text()
    assert "192.0.2.1" in told and "huggingface.co" in told


def test_the_main_flows_need_no_other_machine(environment: dict[str, str], tmp_path: Path) -> None:
    flows = [sys.executable, "-m", "tests.programs.offline", str(tmp_path)]
    alone = subprocess.run([*NO_NETWORK, "true"], capture_output=True).returncode == 0
    done = subprocess.run(
        [*(NO_NETWORK if alone else []), *flows],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert (tmp_path / "asked").read_text() == ""
    assert (tmp_path / "copy").stat().st_size > 0
    assert (tmp_path / "learned" / "model.safetensors").is_file()
    assert [file.name for file in (tmp_path / "snapshots").iterdir()] == ["v1.json"]

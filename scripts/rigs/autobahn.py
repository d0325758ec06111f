"""The Autobahn test suite against Windsock's WebSocket: autobahn.py install FOLDER | run FOLDER WINDSOCK ws|wss

The suite (autobahntestsuite on PyPI) runs on Python 2.7 only, in a virtualenv in FOLDER. `install` says what is missing
if it cannot be had, and ends with 69. `run` serves sections 1 to 7 and 10: section 9 sends messages longer than Windsock
takes, 12 and 13 are about compression, which it does not offer. It ends with 1 if a case is not as RFC 6455 asks.
"""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SUITE = "autobahntestsuite==25.10.1"
# The last ones that still speak Python 2.7.
VIRTUALENV = "virtualenv==20.15.1"
SECTIONS = ["1.*", "2.*", "3.*", "4.*", "5.*", "6.*", "7.*", "10.*"]
CASES = 247
AGENT = "windsock"
UNAVAILABLE = 69
# NON-STRICT: allowed, but not as early as could be. INFORMATIONAL: the RFC leaves it open.
GOOD = {"OK", "NON-STRICT", "INFORMATIONAL"}
CASE_SECONDS = 30


def find_python() -> str | None:
    """A Python 2.7 that has pip: in PATH, or one that pyenv keeps."""
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    candidates = [shutil.which("python2.7"), *sorted(root.glob("versions/2.7*/bin/python2.7"))]
    for candidate in candidates:
        # One in PATH may be a shim for a version that is not there.
        if candidate and subprocess.run([candidate, "-m", "pip", "--version"], capture_output=True).returncode == 0:
            return str(candidate)
    return None


def install(folder: Path) -> int:
    if (folder / "bin/wstest").exists():
        return 0
    python = find_python()
    if python is None:
        print("autobahn skipped: the suite needs Python 2.7 with pip, and there is none (python2.7, or one of pyenv)")
        return UNAVAILABLE
    quiet = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PYTHONWARNINGS": "ignore"}
    with tempfile.TemporaryDirectory() as tools:
        steps = [
            [python, "-m", "pip", "install", "-q", "--target", tools, VIRTUALENV],
            ["env", f"PYTHONPATH={tools}", python, "-m", "virtualenv", "-q", str(folder)],
            [str(folder / "bin/pip"), "install", "-q", SUITE],
        ]
        for step in steps:
            result = subprocess.run(step, env=quiet, capture_output=True, text=True)
            if result.returncode != 0:
                shutil.rmtree(folder, ignore_errors=True)
                print(f"autobahn skipped: it could not be installed: {' '.join(step)}\n{result.stderr.strip()}")
                return UNAVAILABLE
    return 0


def make_certificate(folder: Path) -> dict[str, str]:
    key, certificate = str(folder / "key.pem"), str(folder / "certificate.pem")
    words = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    words += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate]
    subprocess.run(words, check=True, capture_output=True)
    return {"key": key, "cert": certificate}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def wait_for_count(log: Path, server: subprocess.Popen) -> int:
    """How many cases the server has, which it says when it listens."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and server.poll() is None:
        if found := re.search(r"will run (\d+)", log.read_text()):
            return int(found[1])
        time.sleep(0.1)
    sys.exit(f"the suite did not start:\n{log.read_text()}")


def run(suite: Path, windsock: str, scheme: str) -> int:
    with tempfile.TemporaryDirectory(prefix="windsock-autobahn-") as name:
        folder = Path(name)
        address = f"{scheme}://127.0.0.1:{free_port()}"
        settings = {"url": address, "outdir": str(folder / "reports"), "cases": SECTIONS, "exclude-cases": []}
        settings["exclude-agent-cases"] = {}
        environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        if scheme == "wss":
            settings.update(make_certificate(folder))
            environment["SSL_CERT_FILE"] = settings["cert"]
        (folder / "settings.json").write_text(json.dumps(settings))
        log = folder / "server.log"
        words = [suite / "bin/wstest", "-m", "fuzzingserver", "-s", folder / "settings.json", "-w", "0"]
        with open(log, "wb") as output:
            server = subprocess.Popen(words, stdout=output, stderr=output, cwd=folder)
        try:
            count = wait_for_count(log, server)
            for number in range(1, count + 1):
                echo(windsock, f"{address}/runCase?case={number}&agent={AGENT}", environment)
            echo(windsock, f"{address}/updateReports?agent={AGENT}", environment)
        finally:
            server.kill()
            server.wait()
        results = json.loads((folder / "reports/index.json").read_text())[AGENT]
    return judge(results, count, scheme)


def echo(windsock: str, url: str, environment: dict[str, str]) -> None:
    # How it ends is for the suite to judge, which has seen the bytes.
    words = [windsock, "debug", "websocket-echo", url]
    try:
        subprocess.run(words, env=environment, capture_output=True, timeout=CASE_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        print(f"still running after {CASE_SECONDS} s: {url}")


def judge(results: dict[str, dict], count: int, scheme: str) -> int:
    bad = {}
    for case, result in results.items():
        if not {result["behavior"], result["behaviorClose"]} <= GOOD:
            bad[case] = result
    for case, result in bad.items():
        print(f"case {case}: {result['behavior']}, closing {result['behaviorClose']}")
    kinds = [result["behavior"] for result in results.values()]
    words = ", ".join(f"{kinds.count(kind)} {kind}" for kind in sorted(set(kinds)))
    late = [case for case, result in results.items() if result["behavior"] == "NON-STRICT"]
    print(f"NON-STRICT: {' '.join(sorted(late)) or 'none'}")
    print(f"autobahn over {scheme}: {len(results) - len(bad)} of {count} cases pass ({words})")
    return 0 if not bad and len(results) == count == CASES else 1


def main() -> int:
    folder = Path(sys.argv[2]).absolute()
    if sys.argv[1] == "install":
        return install(folder)
    return run(folder, sys.argv[3], sys.argv[4])


if __name__ == "__main__":
    sys.exit(main())

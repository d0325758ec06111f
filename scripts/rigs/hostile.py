"""Lets Windsock meet every behaviour of behaviours.py: hostile.py WINDSOCK

First one process of `windsock debug websocket-echo` goes through all of them; its peak memory is that of the whole
list. Then daemons (`windsock run`) meet those that only the reader as a whole can answer. Prints a table and what was
wrong; ends with 1 if anything was.
"""

import json
import os
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, unquote

from behaviours import ALL, CLOSE, ERRORS, PING, PINGS_OF_FLOOD, READER, STILL, Behaviour

HANDSHAKE_SECONDS = 3
SILENCE_SECONDS = 4
# The daemon leaves a still server after 45 s.
DAEMON_SECONDS = 75
PEAK_BYTES = 64 << 20


@dataclass
class Seen:
    """What a server saw of a client."""

    name: str
    opcodes: list[int] = field(default_factory=list)
    # Codes of close frames; 0 for one without.
    closes: list[int] = field(default_factory=list)
    unmasked: int = 0
    # How the client left: "end", "reset", or "still there".
    left: str = "still there"
    seconds: float = 0.0

    def faults(self, expected: Behaviour) -> list[str]:
        wanted = [] if expected.close is None else [expected.close]
        faults = []
        if self.closes != wanted:
            faults.append(f"close frames {self.closes} and not {wanted}")
        if expected.close is None and self.opcodes:
            faults.append(f"{len(self.opcodes)} frames")
        if self.left == "still there":
            faults.append("still connected")
        if expected in STILL and PING not in self.opcodes:
            faults.append("no ping")
        if self.unmasked:
            faults.append(f"{self.unmasked} frames without a mask")
        if len(self.opcodes) >= PINGS_OF_FLOOD / 4:
            faults.append(f"{len(self.opcodes)} frames")
        return faults


def read_frames(data: bytes, seen: Seen) -> None:
    """Notes the frames that a client has sent."""
    position = 0
    while len(data) - position >= 2:
        opcode, length = data[position] & 15, data[position + 1] & 127
        is_masked = data[position + 1] >> 7
        position += 2
        if length >= 126:
            size = 2 if length == 126 else 8
            length = int.from_bytes(data[position : position + size], "big")
            position += size
        mask = data[position : position + 4] if is_masked else bytes(4)
        position += 4 * is_masked
        payload = data[position : position + length]
        position += length
        seen.opcodes.append(opcode)
        seen.unmasked += not is_masked
        if opcode == CLOSE:
            code = bytes(byte ^ mask[index] for index, byte in enumerate(payload[:2]))
            seen.closes.append(struct.unpack(">H", code)[0] if len(code) == 2 else 0)


class Server:
    """Serves the behaviour that the path names, or one whatever the path is, and keeps what it saw."""

    def __init__(self, only: Behaviour | None = None, patience: float = 30) -> None:
        self.only = only
        self.patience = patience
        self.seen: dict[str, Seen] = {}
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self) -> None:
        while True:
            connection, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection: socket.socket) -> None:
        connection.settimeout(self.patience)
        request = b""
        while b"\r\n\r\n" not in request:
            part = connection.recv(65536)
            if not part:
                return
            request += part
        path = unquote(request.split(b" ")[1].decode()).lstrip("/")
        behaviour = self.only or next(each for each in ALL if each.name == path)
        headers = dict(line.split(b": ", 1) for line in request.lower().split(b"\r\n") if b": " in line)
        original = request[request.lower().index(headers[b"sec-websocket-key"]) :]
        seen, began = Seen(behaviour.name), time.monotonic()
        try:
            behaviour.act(connection, original.split(b"\r\n")[0])
        except OSError:
            pass  # The client has gone: what a flood or a trickle waits for.
        self.watch(connection, seen)
        seen.seconds = time.monotonic() - began
        # A daemon comes back; its first connection counts.
        self.seen.setdefault(behaviour.name, seen)

    def watch(self, connection: socket.socket, seen: Seen) -> None:
        data = b""
        try:
            while part := connection.recv(1 << 20):
                data += part
            seen.left = "end"
        except TimeoutError:
            pass
        except OSError:
            seen.left = "reset"
        connection.close()
        read_frames(data, seen)

    def wait(self, names: list[str], seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and not all(name in self.seen for name in names):
            time.sleep(0.05)


def wait_for(process: subprocess.Popen) -> tuple[int, int]:
    """Waits for its end; returns its exit code and the most memory that it held, in bytes."""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, usage.ru_maxrss * 1024


def report(number: int, seen: Seen | None, behaviour: Behaviour, more: list[str]) -> bool:
    faults = more + (["never came"] if seen is None else seen.faults(behaviour))
    seen = seen or Seen(behaviour.name)
    ended = f"closed with {seen.closes[-1] or 'no code'}" if seen.closes else "dropped"
    words = "; ".join(faults) or "as it should"
    print(f"{number:3} {behaviour.name:26} {ended:20} {seen.seconds:6.1f} s  {words}", flush=True)
    return not faults


def meet_all(windsock: str) -> bool:
    server = Server()
    urls = [f"ws://127.0.0.1:{server.port}/{quote(behaviour.name)}" for behaviour in ALL]
    limits = ["--handshake-seconds", str(HANDSHAKE_SECONDS), "--silence-seconds", str(SILENCE_SECONDS)]
    words = [windsock, "debug", "websocket-echo", *limits, *urls]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, env=without_proxies(), text=True)
    lines = process.stdout.read().splitlines()
    code, peak = wait_for(process)
    server.wait([behaviour.name for behaviour in ALL], 5)
    print(f"one process, {len(ALL)} behaviours")
    results = [report(number, server.seen.get(each.name), each, []) for number, each in enumerate(ALL, 1)]
    is_small = peak < PEAK_BYTES
    print(f"{sum(results)} of {len(results)} as they should; peak memory {peak / (1 << 20):.1f} MiB, allowed are 64")
    if len(lines) != len(ALL) or code != 1:
        print(f"the process ended with {code} after {len(lines)} connections")
    return all(results) and is_small and len(lines) == len(ALL) and code == 1


def meet_daemons(windsock: str) -> bool:
    """One daemon for each, all at once, since two of them take 45 s."""
    print(f"\n{len(READER)} daemons")
    peaks, results = [], []
    with tempfile.TemporaryDirectory(prefix="windsock-hostile-") as folder:
        running = []
        for behaviour in READER:
            server, database = Server(behaviour, DAEMON_SECONDS), Path(folder, f"{behaviour.name}.db")
            host = f"ws://127.0.0.1:{server.port}/subscribe"
            words = [windsock, "run", "--host", host, "--database", database, "--log-level", "error"]
            log = open(database.with_suffix(".log"), "wb")
            running.append((behaviour, server, database, subprocess.Popen(words, stderr=log, env=without_proxies())))
        for number, (behaviour, server, database, process) in enumerate(running, 1):
            server.wait([behaviour.name], DAEMON_SECONDS)
            errors = wait_for_errors(windsock, database, ERRORS[behaviour.name])
            process.send_signal(signal.SIGTERM)
            code, peak = wait_for(process)
            peaks.append(peak)
            more = [] if code == 0 else [f"the daemon ended with {code}"]
            if errors != ERRORS[behaviour.name]:
                more.append(f"{errors} errors in the log, not {ERRORS[behaviour.name]}")
            results.append(report(number, server.seen.get(behaviour.name), behaviour, more))
    print(f"{sum(results)} of {len(results)} as they should; peak memory {max(peaks) / (1 << 20):.1f} MiB")
    return all(results)


def wait_for_errors(windsock: str, database: Path, wanted: int) -> int:
    """The errors in the daemon's log, when they are as many as wanted or nothing more is to be expected."""
    errors = -1
    for _ in range(100):
        words = [windsock, "status", "--json", "--database", database]
        answer = subprocess.run(words, capture_output=True, check=False)
        if answer.returncode == 0:
            errors = json.loads(answer.stdout)["rows"]["error"]
        if errors >= wanted:
            break
        time.sleep(0.1)
    return errors


def without_proxies() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}


def main() -> int:
    windsock = sys.argv[1]
    is_good = meet_all(windsock)
    is_good &= meet_daemons(windsock)
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())

"""Runs the simulator and the daemon by the plan, and samples the daemon's memory."""

import json
import os
import signal
import sqlite3
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from EndToEnd import database, procfs
from EndToEnd.child import Child
from EndToEnd.errors import BenchmarkError

from .options import Options
from .plan import Action, Plan

SAMPLE_SECONDS = 2.0
LOOK_SECONDS = 0.1
# The daemon has caught up when its newest event is as old as this.
CAUGHT_UP_SECONDS = 2.0
LONGEST_CATCH_UP_SECONDS = 120.0
# Every collection that the simulator knows: other filters, which let the same events through.
EVERYTHING = [
    "app.bsky.actor.*",
    "app.bsky.feed.*",
    "app.bsky.graph.*",
    "com.whtwnd.blog.*",
    "fm.teal.alpha.*",
    "place.stream.broadcast.*",
]
PATHS = {"v1": "/subscribe", "v2": "/xrpc/network.bsky.jetstream.subscribeEvents"}


@dataclass
class Life:
    """One run of the daemon's program."""

    began: float
    ended: float = 0
    how: str = ""
    # Seconds since the start of the soak, bytes that are resident, and how many of them belong to no file.
    samples: list[tuple[float, int, int]] = field(default_factory=list)
    peak_bytes: int = 0


@dataclass
class Outcome:
    """What was seen from outside."""

    lives: list[Life] = field(default_factory=list)
    changes: int = 0
    seconds: float = 0
    lag_seconds: float = 0


class Stage:
    """The programs and files of one soak."""

    def __init__(self, options: Options, plan: Plan) -> None:
        self.options = options
        self.plan = plan
        self.database = options.folder / "windsock.db"
        self.ledger = options.folder / "ledger.jsonl"
        self.journal = options.folder / "journal.jsonl"
        self.log = options.folder / "windsock.log"
        self.config = options.folder / "config.json"
        self.outcome = Outcome()
        self._daemon: Child | None = None
        self._hosts: list[str] = []
        self._begin = 0.0
        self._next_sample = 0.0

    def play(self) -> Outcome:
        """The whole soak; returns when both programs have ended in good order."""
        script = self.options.folder / "faults.json"
        script.write_text(json.dumps(self.plan.faults, indent=1))
        words = [self.options.simulator, "serve", "--port", "0", "--seq", "--rate", self.options.rate]
        words += ["--seed", self.options.seed, "--faults", script, "--ledger", self.ledger, "--journal", self.journal]
        words += ["--accounts-every", 400, "--syncs-every", 900]
        with Child([str(word) for word in words], self.options.folder / "simulator.log") as simulator:
            url = simulator.first_line().removeprefix("listening on ")
            self._begin = time.monotonic()
            self._hosts = hosts(url, self.options.wire)
            self.configure()
            try:
                self.start()
                self.perform(simulator)
                self.catch_up()
                self.stop(signal.SIGTERM)
            finally:
                if self._daemon is not None:
                    self._daemon.process.kill()
            simulator.end(signal.SIGTERM)
        self.outcome.seconds = self.now()
        return self.outcome

    def now(self) -> float:
        """Seconds since the simulator listens, as its script counts them."""
        return time.monotonic() - self._begin

    def configure(self) -> None:
        """Writes the configuration, with filters that let everything through in one way or the other."""
        filters = EVERYTHING if self.outcome.changes % 2 == 1 else []
        stream = {"hosts": self._hosts, "proxy": "", "wantedCollections": filters}
        text = json.dumps({"jetstream": stream, "activity": {"retentionHours": 87600}})
        temporary = self.config.with_suffix(".new")
        temporary.write_text(text)
        os.replace(temporary, self.config)

    def start(self) -> None:
        """Starts the daemon."""
        words = [str(self.options.windsock), "run", "--config", str(self.config), "--database", str(self.database)]
        self.outcome.lives.append(Life(self.now()))
        self._daemon = Child([*words, "--log-level", "info"], self.log)

    def stop(self, number: signal.Signals) -> None:
        """Ends the daemon."""
        if self._daemon is None:
            return
        self._daemon.check()
        self.sample()
        seconds = self._daemon.end(number)
        code = self._daemon.process.returncode
        life = self.outcome.lives[-1]
        life.ended, life.how = self.now(), number.name
        if number == signal.SIGTERM and code != 0:
            raise BenchmarkError(f"windsock ended with {code} after SIGTERM and {seconds:.1f} s; see {self.log}")
        self._daemon = None

    def perform(self, simulator: Child) -> None:
        """Does what the plan says, until its time is over."""
        actions = list(self.plan.actions)
        told = 0
        while self.now() < self.options.seconds:
            simulator.check()
            if self._daemon is not None:
                self._daemon.check()
            if actions and self.now() >= actions[0].at_second:
                self.act(actions.pop(0))
            self.sample_if_due()
            if self.now() >= (told + 1) * 60:
                told += 1
                self.options.say(f"{told} of {self.options.minutes:g} minutes")
            time.sleep(LOOK_SECONDS)

    def act(self, action: Action) -> None:
        """One thing that is done to the daemon."""
        if action.name == "kill":
            self.stop(signal.SIGKILL)
            time.sleep(action.seconds)
            last = self.last_host()
            # Without a switch the first one, which is 127.0.0.1, is the first again.
            self._hosts.sort(key=lambda host: (action.is_switched and last in host, host))
            self.configure()
            self.start()
            return
        self.outcome.changes += 1
        self.configure()
        if self._daemon is not None:
            self._daemon.process.send_signal(signal.SIGHUP)

    def last_host(self) -> str:
        """The host, with its port, from which the daemon stored last."""
        connection = database.connect(self.database)
        row = connection.execute("SELECT host FROM jetstream_cursor ORDER BY updated_at DESC").fetchone()
        connection.close()
        return row[0] if row else ""

    def sample_if_due(self) -> None:
        """Takes the daemon's memory now and then."""
        if self.now() >= self._next_sample:
            self._next_sample = self.now() + SAMPLE_SECONDS
            self.sample()

    def sample(self) -> None:
        """Takes the daemon's memory."""
        if self._daemon is None:
            return
        life = self.outcome.lives[-1]
        try:
            resident = procfs.value(self._daemon.id, "status", "VmRSS:") * 1024
            anonymous = procfs.value(self._daemon.id, "status", "RssAnon:") * 1024
            life.peak_bytes = procfs.peak_bytes(self._daemon.id)
        except (OSError, KeyError):
            # It has just ended; whoever looks whether it should have says so.
            return
        life.samples.append((self.now(), resident, anonymous))

    def catch_up(self) -> None:
        """Waits until what is stored is nearly what there is."""
        connection = database.connect(self.database)
        deadline = time.monotonic() + LONGEST_CATCH_UP_SECONDS
        while True:
            try:
                newest = connection.execute("SELECT max(time_us) FROM jetstream_cursor").fetchone()[0] or 0
            except sqlite3.OperationalError:
                newest = 0
            self.outcome.lag_seconds = time.time() - newest / 1e6
            if self.outcome.lag_seconds < CAUGHT_UP_SECONDS:
                break
            if time.monotonic() > deadline:
                raise BenchmarkError(f"windsock is {self.outcome.lag_seconds:.0f} s behind at the end; see {self.log}")
            self.sample_if_due()
            time.sleep(LOOK_SECONDS)
        connection.close()

    def status(self) -> dict:
        """What the daemon's own account says."""
        return self._ask("status", "--json")

    def verify(self) -> dict:
        """What the daemon finds when it counts its tables anew."""
        return self._ask("verify", "--deep", "--json")

    def _ask(self, *question: str) -> dict:
        words = [str(self.options.windsock), *question, "--database", str(self.database)]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        if not done.stdout:
            raise BenchmarkError(f"windsock {question[0]} ended with {done.returncode}: {done.stderr}")
        return json.loads(done.stdout)


def hosts(url: str, wire: str) -> list[str]:
    """Two hosts, which are one server under two names: to the daemon they are as different as any."""
    port = url.removeprefix("ws://").partition("/")[0].rpartition(":")[2]
    first, second = ("v2", "v1") if wire == "both" else (wire, wire)
    return [f"ws://127.0.0.1:{port}{PATHS[first]}", f"ws://localhost:{port}{PATHS[second]}"]

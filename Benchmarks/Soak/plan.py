"""What goes wrong when: the simulator's script of faults and what is done to the daemon, all from one seed.

Most faults come at random. Some kinds have episodes of their own with quiet around them, since what they cost must be
found in the ledger of gaps afterwards, and nowhere else.
"""

import random
from dataclasses import dataclass, field
from typing import Any

from .options import CALM_SECONDS, EPISODE_KINDS, EPISODE_SECONDS, RANDOM_KINDS, Options

# Until the daemon runs, and before the end, so that it can catch up.
BEGIN_SECONDS = 5.0
END_SECONDS = 20.0
SHORTEST_PAUSE, LONGEST_PAUSE = 1.5, 6.0
# A half-open connection is found out after 45 s; left alone for longer, so that the daemon has to do it itself.
HALF_OPEN_SECONDS = 52.0
# How often each kind is drawn; those that are not named, four times.
WEIGHTS = {"half-open": 1, "slow": 3, "silent": 3, "refuse": 3, "new-dictionary": 2}
USUAL_WEIGHT = 4
# The look-back is so short while the daemon is down, and then as long as anybody could want.
SHORT_LOOK_BACK, LONG_LOOK_BACK = 100, 1_000_000_000
DOWN_SECONDS = 8.0
# A silent host answers the ping that comes after 20 s; then the daemon goes on with another host, by time.
HELD_BACK_SECONDS = 40.0
SWITCH_SECONDS = 26.0
SECONDS_PER_KILL = 300.0
SECONDS_PER_CHANGE = 120.0
SECONDS_PER_ROUND = 900.0

Fault = dict[str, Any]


@dataclass(order=True)
class Action:
    """What is done to the daemon: `kill`, which lasts for some seconds, or `change` of its filters.

    After a kill it may begin with the host that it did not read last.
    """

    at_second: float
    name: str
    seconds: float = 0
    is_switched: bool = False


@dataclass
class Plan:
    """Everything that is to happen."""

    faults: list[Fault] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    episodes: list[tuple[float, str]] = field(default_factory=list)


def make(options: Options) -> Plan:
    """Draws a plan."""
    source = random.Random(options.seed)
    plan = Plan(episodes=place_episodes(options))
    pending = list(RANDOM_KINDS)
    source.shuffle(pending)
    pending = [kind for kind in pending if kind in options.kinds]
    episodes = list(plan.episodes)
    now = BEGIN_SECONDS
    end = options.seconds - END_SECONDS
    busy: list[float] = []
    while now < end:
        if episodes and now >= episodes[0][0]:
            start, kind = episodes.pop(0)
            add_episode(plan, source, max(now, start) + CALM_SECONDS, kind)
            now = max(now, start) + CALM_SECONDS + EPISODE_SECONDS[kind]
            continue
        limit = episodes[0][0] if episodes else end
        kind = draw(source, pending, options, limit - now)
        if kind is None:
            now = limit
            continue
        add_random(plan, source, now, kind)
        busy.append(now)
        now += HALF_OPEN_SECONDS if kind == "half-open" else source.uniform(SHORTEST_PAUSE, LONGEST_PAUSE)
    add_actions(plan, source, options, busy)
    plan.faults.sort(key=lambda fault: fault["atSecond"])
    plan.actions.sort()
    return plan


def place_episodes(options: Options) -> list[tuple[float, str]]:
    """Spreads the episodes over the time; the more, the longer it is."""
    rounds = max(1, int(options.seconds // SECONDS_PER_ROUND))
    wanted = [kind for kind in EPISODE_KINDS if kind in options.kinds]
    # Kills are for the first half; then the process that is left reads a backlog soon, and later ones show no growth.
    late = [kind for kind in wanted if kind in ("blind", "unreadable")]
    kinds = [kind for kind in wanted if kind not in late] * rounds + late * rounds
    span = options.seconds - BEGIN_SECONDS - END_SECONDS
    busy = sum(CALM_SECONDS + EPISODE_SECONDS[kind] for kind in kinds)
    pause = max(0.0, span - busy) / (len(kinds) + 1)
    placed = []
    now = BEGIN_SECONDS + pause
    for kind in kinds:
        placed.append((now, kind))
        now += CALM_SECONDS + EPISODE_SECONDS[kind] + pause
    return placed


def draw(source: random.Random, pending: list[str], options: Options, room: float) -> str | None:
    """The next kind: first each one once; None when there is no room for anything more."""
    if room < LONGEST_PAUSE:
        return None
    if pending:
        first = next((kind for kind in pending if kind != "half-open" or room > HALF_OPEN_SECONDS), None)
        if first is not None:
            pending.remove(first)
            return first
    kinds = [kind for kind in RANDOM_KINDS if kind in options.kinds]
    kinds = [kind for kind in kinds if kind != "half-open" or room > HALF_OPEN_SECONDS]
    if not kinds:
        return None
    return source.choices(kinds, [WEIGHTS.get(kind, USUAL_WEIGHT) for kind in kinds])[0]


def add_random(plan: Plan, source: random.Random, now: float, kind: str) -> None:
    """One fault, with parameters drawn for it; what only new connections meet is followed by a cut."""
    fault: Fault = {"fault": kind, "atSecond": round(now, 3)}
    if kind == "close":
        fault["code"] = source.choice([1000, 1001, 1011, 1012])
    elif kind == "error":
        fault["name"] = source.choice(["ConsumerTooSlow", "InternalError"])
    elif kind == "silent":
        fault["seconds"] = round(source.uniform(2, 20), 1)
    elif kind == "slow":
        fault |= {"bytesPerSecond": source.randint(500, 20_000), "seconds": round(source.uniform(2, 12), 1)}
    elif kind == "refuse":
        fault |= {"status": source.choice([429, 503]), "seconds": round(source.uniform(1, 8), 1)}
        if source.random() < 0.6:
            fault["retryAfterSeconds"] = source.randint(1, 3)
    elif kind == "malformed":
        fault["kind"] = source.choice(["garbage", "broken-json", "missing-fields", "wrong-types"])
    elif kind == "account":
        fault["kind"] = source.choice(["active", "takendown", "suspended", "deleted", "deactivated", "throttled"])
    plan.faults.append(fault)
    if kind in ("refuse", "new-dictionary"):
        plan.faults.append({"fault": "cut", "atSecond": round(now + 0.3, 3)})


def add_episode(plan: Plan, source: random.Random, now: float, kind: str) -> None:
    """One of those with quiet around them, from a moment on at which all is well."""
    if kind == "look-back":
        plan.actions.append(Action(now, "kill", DOWN_SECONDS))
        plan.faults.append({"fault": kind, "atSecond": now + 1, "events": SHORT_LOOK_BACK})
        plan.faults.append({"fault": kind, "atSecond": now + DOWN_SECONDS + 8, "events": LONG_LOOK_BACK})
    elif kind == "held-back":
        plan.faults.append({"fault": "silent", "atSecond": now, "seconds": HELD_BACK_SECONDS})
        plan.actions.append(Action(now + SWITCH_SECONDS, "kill", 1, is_switched=True))
    elif kind == "unreadable":
        words = source.choice(["oversize", "bad-utf8", "bad-frame"])
        plan.faults.append({"fault": "malformed", "atSecond": now, "kind": words})
    else:
        plan.faults.append({"fault": kind, "atSecond": now})


def add_actions(plan: Plan, source: random.Random, options: Options, busy: list[float]) -> None:
    """Kills in the first half, so that in the second one process can show how its memory goes; changes all the time."""
    early = [second for second in busy if second < options.seconds / 2]
    kills = min(len(early), max(1, round(options.seconds / SECONDS_PER_KILL)))
    for second in source.sample(early, kills):
        # Up to then a silence may last, whose events must not be lost when the daemon goes on with another host.
        moment = second + source.uniform(0, 12)
        plan.actions.append(Action(moment, "kill", source.uniform(0, 3), source.random() < 0.6))
    changes = min(len(busy), max(1, round(options.seconds / SECONDS_PER_CHANGE)))
    for second in source.sample(busy, changes):
        plan.actions.append(Action(second + source.uniform(0, 1.5), "change"))

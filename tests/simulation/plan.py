"""What shall happen in one run, all of it drawn from the seed. Never decided while it runs.

Swarm testing (Groce et al. 2012): every kind of fault is switched off in two of five seeds and has
its own rate in the others, so that rare combinations are not drowned by common ones.
"""

from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from tests.simulation.network import Weather

OFF = 0.4
WORLD = -1
NET = {
    "lose_request": 0.25,
    "lose_reply": 0.25,
    "double": 0.3,
    "late": 0.3,
    "cut": 0.15,
    "busy": 0.15,
    "portal": 0.1,
    "slow": 0.04,
}
CRASHES = {"front": 0.004, "courier": 0.008, "server": 0.003}
WORLD_ACTIONS = {
    "link": 3.0,
    "one_way": 1.0,
    "late": 2.0,
    "kill_server": 1.0,
    "kill_courier": 1.0,
    "kill_front": 1.0,
    "power_cut": 1.0,
    "backup": 1.5,
    "fail_over": 0.7,
    "image": 1.0,
    "restore": 0.7,
    "clone": 0.4,
    "disk_full": 0.7,
    "server_disk_full": 0.5,
    "io_error": 0.5,
    "till_clock": 0.7,
    "server_clock": 0.4,
    "suspend": 0.6,
    "lose_mirror": 0.5,
    "retention": 0.7,
}
LATER_ACTIONS = {"battery": 0.08, "by_hand": 0.05}
"""Part of the world's actions that become one of these: drawn apart, so that older seeds stay."""
PEACE = {"place": 1.0, "setting": 1.0, "jobs": 0.7, "nothing": 2.0}
TILL_ACTIONS = {
    "anonymous": 6,
    "member": 34,
    "return": 9,
    "enrol": 5,
    "suspend": 3,
    "resume": 3,
    "void": 4,
    "void_tender": 3,
    "sync": 9,
    "close_session": 1,
    "look": 4,
}


CARD_DEEDS = {"gift_sale": 4, "gift_pay": 4, "gift_look": 1}
"""Where gift cards are sold, one deed in four is about one."""
LATER_DEEDS = {"coupon": 3, "choose": 2}
"""In two of five seeds, one deed in six is one of these."""
OFFICE_DEEDS = {"adjust": 4, "merge": 2}
"""In three of ten seeds that are not aimed, one deed in eight is one of these."""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that somebody does: `who` is a till's number or WORLD; `draw` its own chance."""

    number: int
    who: int
    kind: str
    wait_s: float
    draw: int


@dataclass(frozen=True, slots=True)
class Plan:
    """A run. `masks`: kinds of faults that a smaller run leaves out."""

    seed: int
    tills: int
    actions: tuple[Action, ...]
    weather: Weather
    crash_rates: dict[str, float]
    targets: dict[str, int] = field(default_factory=dict)
    hours: bool = False
    share_ppm: int = 500_000
    page_bytes: int = 1 << 20
    lan: bool = False

    def swarm(self) -> str:
        """What is switched on, on one line."""
        net = {k: round(v, 3) for k in NET if (v := getattr(self.weather, k))}
        world = sorted({a.kind for a in self.actions if a.who == WORLD})
        crash = {k: round(v, 5) for k, v in self.crash_rates.items() if v}
        lan = ", lan" if self.lan else ""
        return f"tills {self.tills}{lan}, net {net}, crashes {crash}, world {world}"


def drawn(
    seed: int,
    steps: int = 10,
    listed: tuple[str, ...] = (),
    aimed: tuple[str, ...] = (),
    raised: dict[str, float] | None = None,
    plain: bool = False,
) -> Plan:
    """The plan of a seed.

    `listed`: crash points to aim at some of; `aimed`: those to kill at the first pass of; `raised`:
    rates that are not drawn; `plain`: neither gift cards nor moves between tills.
    """
    chance = Random(f"plan {seed}")
    tills = chance.choice((2, 2, 3, 4))
    weather = _weather(chance)
    crashes = {k: _swarm(chance, most) for k, most in CRASHES.items()}
    world = {k: w for k, w in WORLD_ACTIONS.items() if chance.random() >= OFF}
    for kind, rate in (raised or {}).items():
        if kind in NET:
            weather = replace(weather, **{kind: rate})
        elif kind in CRASHES:
            crashes[kind] = rate
        else:
            world[kind] = rate
    hours = chance.random() < 0.3
    actions = _actions(chance, tills, steps, world | PEACE, hours)
    targets = {name: 1 for name in aimed}
    if listed and chance.random() < 0.75:
        for name in chance.sample(listed, min(4, len(listed))):
            targets[name] = chance.choice((1, 1, 2, 3, 5))
    share = chance.choice((500_000, 500_000, 900_000, 100_000))
    page = chance.choice((1 << 20, 1 << 20, 900))
    more = Random(f"more {seed}")
    lan = not plain and more.random() < 0.25
    if not plain and more.random() < 0.6:
        actions = tuple(_with_card(more, action) for action in actions)
    if not plain:
        actions = _with_later(Random(f"later {seed}"), actions)
    if not plain and not aimed:
        actions = _with_office(Random(f"office {seed}"), actions)
    return Plan(seed, tills, actions, weather, crashes, targets, hours, share, page, lan)


def _with_later(chance: Random, actions: tuple[Action, ...]) -> tuple[Action, ...]:
    deeds = chance.random() < 0.4
    on = [(kind, rate) for kind, rate in LATER_ACTIONS.items() if chance.random() >= OFF]
    return tuple(_later(chance, action, on, deeds) for action in actions)


def _later(chance: Random, action: Action, on: list[tuple[str, float]], deeds: bool) -> Action:
    if action.who == WORLD:
        for kind, rate in on:
            if chance.random() < rate:
                return replace(action, kind=kind)
    elif deeds and chance.random() < 1 / 6:
        return replace(
            action, kind=chance.choices(list(LATER_DEEDS), list(LATER_DEEDS.values()))[0]
        )
    return action


def _with_office(chance: Random, actions: tuple[Action, ...]) -> tuple[Action, ...]:
    if chance.random() > 0.3:
        return actions
    kinds, weights = list(OFFICE_DEEDS), list(OFFICE_DEEDS.values())
    return tuple(
        action
        if action.who == WORLD or chance.random() > 1 / 8
        else replace(action, kind=chance.choices(kinds, weights)[0])
        for action in actions
    )


def _with_card(chance: Random, action: Action) -> Action:
    if action.who == WORLD or chance.random() > 0.25:
        return action
    return replace(action, kind=chance.choices(list(CARD_DEEDS), list(CARD_DEEDS.values()))[0])


def _swarm(chance: Random, most: float) -> float:
    on, rate = chance.random() >= OFF, chance.random() * most
    return rate if on else 0.0


def _weather(chance: Random) -> Weather:
    rates: dict[str, Any] = {kind: _swarm(chance, most) for kind, most in NET.items()}
    return Weather(**rates, delay_s=chance.choice((0.02, 0.5, 4.0)))


def _actions(
    chance: Random, tills: int, steps: int, world: dict[str, float], hours: bool
) -> tuple[Action, ...]:
    found = []
    longest = 600.0 if hours else 16.0
    for step in range(steps * tills):
        kind = chance.choices(list(TILL_ACTIONS), list(TILL_ACTIONS.values()))[0]
        found.append((step % tills, kind, chance.random() * longest))
    for _ in range(steps):
        kind = chance.choices(list(world), list(world.values()))[0]
        found.append((WORLD, kind, chance.random() * longest * 2))
    return tuple(
        Action(n, who, kind, wait_s, chance.getrandbits(48))
        for n, (who, kind, wait_s) in enumerate(found)
    )

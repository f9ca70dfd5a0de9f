"""Real tills, couriers, server and sockets; cuts, garbage, stalls, kill -9 and frozen processes.

Afterwards only the disks are asked: nothing acknowledged is lost, nothing is doubled, the books
are right, and no points were spent that nobody had.
"""

import pytest

from tests.faults.chain import Chain, arrived

pytestmark = pytest.mark.slow
TILLS = 3


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def chain(request, tmp_path_factory):
    """One chain for all its bad days: each ends with the books of everything before it too."""
    address = ""
    if request.param == "postgresql":
        address = request.getfixturevalue("postgres").database()
    chain = Chain(tmp_path_factory.mktemp("chain"), seed=26, tills=TILLS, address=address)
    for till in chain.tills:
        for _ in range(3):
            chain.enrol_member(till)
    yield chain
    chain.close()


def check(chain) -> None:
    chain.heal()
    there = arrived(chain.server)
    assert [event_id for event_id, _ in there] == chain.sold()
    assert {outcome for _, outcome in there} == {"posted"}
    assert "overdraft" not in chain.doctor()
    totals = chain.server.command("conflicts", "--open")
    assert not [line for line in totals if "overdraft" in line or "overspent" in line]


def test_a_day_on_a_line_that_cuts_stalls_drips_and_garbles(chain):
    """Cases 7, 8, 9 and 10: with real bytes between real processes."""
    chain.proxy.mode = "faults"
    for _hour in range(10):
        chain.hour(4)
        chain.lines_break()
    check(chain)
    assert len(chain.proxy.met) >= 6


def test_a_day_on_which_server_and_couriers_are_killed_and_frozen(chain):
    """Cases 1, 5, 15 and 16: kill -9 while all tills push; a process that stops and goes on."""
    for hour in range(6):
        chain.hour(6)
        if hour % 3 == 0:
            chain.restart_server()
        elif hour % 3 == 1:
            chain.restart_courier(hour % TILLS)
        else:
            chain.server.freeze()
            chain.hour(2)
            chain.server.thaw()
    check(chain)


def test_a_day_with_no_line_and_then_a_bad_one(chain):
    """Cases 12 and 13: down, up for a moment, down again."""
    for hour in range(8):
        chain.proxy.mode = ("down", "faults", "down", "pass")[hour % 4]
        chain.proxy.hang_up()
        chain.hour(3)
    check(chain)

"""The order of test files: the longest first, so that no core ends alone. Never what is run.

Seconds of a processor, children counted, with coverage; only the order matters, and a file that is
not named is short. xdist keeps this order with --no-loadscope-reorder (the Makefile gives it).
"""

import pytest

SECONDS = {
    "tests/ui/test_ui_fit.py": 103,
    "tests/simulation/test_simulation.py": 102,
    "tests/simulation/test_planted_bugs.py": 85,
    "tests/packaging/test_packaging_smoke.py": 80,
    "tests/faults/test_bad_days.py": 75,
    "tests/journeys/test_kill_points_of_paying.py": 71,
    "tests/journeys/test_fiscal_day.py": 70,
    "tests/journeys/test_moves_between_tills.py": 60,
    "tests/journeys/test_replugged_devices.py": 44,
    "tests/journeys/test_printing.py": 43,
    "tests/sync/client/test_lan.py": 40,
    "tests/sync/server/test_server_moves.py": 40,
    "tests/journeys/test_bad_input.py": 37,
    "tests/sync/client/test_lives_of_tills.py": 37,
    "tests/sync/server/test_server_rfm.py": 35,
    "tests/journeys/test_kill_points.py": 34,
    "tests/vectors/test_pricing_vectors.py": 34,
    "tests/journeys/test_lives_of_a_till.py": 30,
    "tests/journeys/test_replay.py": 30,
    "tests/sync/server/test_server_standby.py": 30,
    "tests/journeys/test_wedge_under_x.py": 29,
    "tests/journeys/test_stolen_disk.py": 28,
    "tests/journeys/test_full_counter.py": 27,
    "tests/journeys/test_two_dark_tills.py": 25,
    "tests/domain/test_everything_tried.py": 24,
    "tests/journeys/test_counters.py": 24,
    "tests/sync/client/test_epochs.py": 24,
    "tests/sync/client/test_courier.py": 22,
    "tests/console/test_console_commands.py": 21,
    "tests/journeys/test_main_job.py": 21,
    "tests/sync/client/test_courier_processes.py": 21,
    "tests/faults/test_server_disk_full.py": 20,
    "tests/sync/server/test_server_activities.py": 20,
    "tests/domain/test_laws_of_the_search.py": 19,
    "tests/journeys/test_virtual_card.py": 19,
    "tests/journeys/test_points_asked_back.py": 18,
    "tests/journeys/test_weighing.py": 18,
    "tests/ui/test_ui_real_till.py": 18,
    "tests/sync/client/test_courier_mirrors.py": 17,
    "tests/sync/client/test_hard_networks.py": 17,
    "tests/journeys/test_guest_card.py": 16,
    "tests/sync/client/test_lan_door.py": 16,
    "tests/sync/server/test_server_schema.py": 16,
    "tests/sync/server/test_server_bearers.py": 15,
    "tests/journeys/test_paying_live.py": 14,
    "tests/sync/server/test_server_allowances.py": 14,
    "tests/sync/server/test_server_doctor.py": 14,
    "tests/sync/server/test_server_fuzz.py": 14,
    "tests/sync/server/test_server_life.py": 14,
    "tests/sync/server/test_server_posting.py": 14,
    "tests/sync/server/test_server_durability.py": 13,
    "tests/sync/server/test_server_feed.py": 13,
    "tests/workstation/test_till_fiscal.py": 13,
    "tests/domain/test_laws_of_every_programme.py": 12,
    "tests/drivers/test_printer_models.py": 12,
    "tests/sync/server/test_server_imports.py": 12,
    "tests/sync/server/test_server_money_cases.py": 12,
    "tests/sync/server/test_server_placing.py": 12,
    "tests/sync/client/test_sync_with_the_server.py": 11,
    "tests/sync/server/test_server_leases.py": 11,
    "tests/sync/server/test_server_push.py": 11,
    "tests/sync/client/test_pipe.py": 10,
    "tests/sync/server/test_server_cards.py": 10,
}


def longest_first(item: pytest.Item) -> int:
    """A key to sort by: files keep their tests together, and the rest its order."""
    return -SECONDS.get(item.location[0], 0)

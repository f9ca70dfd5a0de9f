"""The console as a process of its own: bytes in, bytes out, a clean end."""

import json
import subprocess
import sys

from tests.workstation.tills import MILK, Bench


def test_torn_bytes_are_a_broken_line_and_the_end_of_the_input_closes_cleanly(tmp_path):
    Bench(tmp_path).close()
    commands = [
        b'{"command": "sign_on", "operator": "ivan", "pin": "1111"}',
        b"\xff\xfe{",
        b'{"command": "open_session", "float": "10.00"}',
        json.dumps({"command": "scan", "data": MILK}).encode(),
        b'{"command": "tender", "kind": "cash"}',
        b'{"command": "complete"}',
    ]
    ended = subprocess.run(
        [
            *(sys.executable, "-m", "pos_app", "till", "--console"),
            *("--data", str(tmp_path), "--server", "http://127.0.0.1:9"),
        ],
        input=b"\n".join(commands),
        capture_output=True,
        timeout=120,
    )
    answers = [json.loads(line) for line in ended.stdout.decode().splitlines()]
    assert [a["ok"] for a in answers] == [True, False, True, True, True, True], ended.stderr
    assert answers[1]["error"]["code"] == "broken_line"
    assert answers[-1]["data"]["receipt_number"] == "A000001"
    assert ended.returncode == 0
    again = Bench(tmp_path)
    assert again.documents()[0].receipt_number == "A000001"
    again.close()

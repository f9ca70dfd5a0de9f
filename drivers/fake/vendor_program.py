"""A vendor's payment program, as a process of its own: arguments in, `e` and `p` out.

Never talks to the till by any other way than its files and its exit code.

It is called as Sber's program is (1 purchase, 3 refund, 8 reversal, 7 settlement, then the amount)
and keeps `bank.jsonl` beside `vendor.json`, which says what goes wrong: `mode` approve, decline,
cancel, hang, crash_after (approves and dies before it writes), garbage, lie (another code than its
exit says), slow_s.
"""

import json
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_KINDS = {"1": "purchase", "3": "refund", "8": "reversal", "7": "settle"}
_CODES = {"decline": (4451, "НЕДОСТАТОЧНО СРЕДСТВ"), "cancel": (2000, "ОПЕРАЦИЯ ПРЕРВАНА")}
CARD = "4111111111111111"


def install(folder: Path, **setting: object) -> Path:
    """Puts the program into a folder and says where it is."""
    folder.mkdir(parents=True, exist_ok=True)
    adjust(folder, **setting)
    program = folder / "sb_pilot"
    package = Path(__file__).resolve().parents[2]
    program.write_text(
        f"#!{sys.executable}\nimport sys\nsys.path.insert(0, {str(package)!r})\n"
        "from drivers.fake.vendor_program import main\nsys.exit(main(sys.argv[1:]))\n",
        encoding="utf-8",
    )
    program.chmod(0o755)
    return program


def adjust(folder: Path, **setting: object) -> None:
    """What goes wrong from now on."""
    (folder / "vendor.json").write_text(json.dumps(setting), encoding="utf-8")


def bank(folder: Path) -> list[dict[str, Any]]:
    """Money that moved, oldest first."""
    path = folder / "bank.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return [json.loads(line) for line in lines]


def net_minor(folder: Path) -> int:
    """What the customers have paid."""
    return sum((1 if one["kind"] == "purchase" else -1) * one["amount"] for one in bank(folder))


def main(arguments: list[str]) -> int:
    """One order."""
    folder = Path.cwd()
    setting: Mapping[str, Any] = json.loads((folder / "vendor.json").read_text(encoding="utf-8"))
    mode = str(setting.get("mode", "approve"))
    kind = _KINDS.get(arguments[0] if arguments else "", "")
    amount = int(arguments[1]) if len(arguments) > 1 else 0
    time.sleep(float(setting.get("slow_s", 0)))
    if mode == "hang":
        return _hang(folder, kind, amount)
    if mode == "garbage":
        (folder / "e").write_bytes(b"\x00\xff\xfe0,\x0c" * 20)
        return 0
    if mode in _CODES:
        code, words = _CODES[mode]
        return _write(folder, [f"{code},{words}"], code, "")
    rrn = _book(folder, kind, amount)
    if mode == "crash_after":
        os.abort()
    lines = ["0,ОДОБРЕНО", CARD, "12/29", "123456", f"{rrn:04d}", "VISA", "0", "10000001", "", ""]
    lines[9] = f"{rrn:012d}"
    slip = f"СБЕРБАНК\nКАРТА {CARD}\nСУММА {amount / 100:.2f}\nОДОБРЕНО\f"
    status = _write(folder, lines, 0, slip)
    return 1 if mode == "lie" else status


def _book(folder: Path, kind: str, amount: int) -> int:
    rrn = len(bank(folder)) + 1
    with (folder / "bank.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps({"kind": kind, "amount": amount, "rrn": rrn}) + "\n")
        file.flush()
        os.fsync(file.fileno())
    return rrn


def _write(folder: Path, lines: list[str], status: int, slip: str) -> int:
    if slip:
        (folder / "p").write_bytes(slip.encode("cp866"))
    (folder / "e").write_bytes("\r\n".join(lines).encode("cp866"))
    return status % 256


def _hang(folder: Path, kind: str, amount: int) -> int:
    """Until a file `go` appears; then as if nothing had been."""
    while not (folder / "go").exists():
        time.sleep(0.02)
    rrn = _book(folder, kind, amount)
    return _write(folder, ["0,ОДОБРЕНО", CARD, "", "123456", f"{rrn:04d}"], 0, "")

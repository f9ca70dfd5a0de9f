"""The way to a report: which period, which section, into which file. Never a computation."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from PySide6.QtCore import QStandardPaths

from pos_app.domain.reporting.period_report import PeriodReport
from pos_app.gear.sheets import WRITERS
from pos_app.ui import report_sheets as tables
from pos_app.ui.desk import Ask, Desk, Page, Row
from pos_app.ui.phrases import words_of
from pos_app.ui.report_sheets import SECTIONS, Voice
from pos_app.workstation.answer import Answer, Tone

DAY = timedelta(days=1)
SAVE = "save_"


@dataclass(frozen=True, slots=True)
class Shown:
    """A report and the section on show."""

    report: PeriodReport
    section: str


def voice_of(desk: Desk) -> Voice:
    """Words, currency and the operators' names."""
    people = dict(desk.till.operators().data.get("operators", ()))
    return Voice(words_of(desk), desk.view.currency, people)


def periods(today: date) -> tuple[tuple[str, date, date, bool], ...]:
    """(name, from, until, all stores) of what is asked for most."""
    month = today.replace(day=1)
    before = (month - DAY).replace(day=1)
    return (
        ("today", today, today, False),
        ("yesterday", today - DAY, today - DAY, False),
        ("week", today - 6 * DAY, today, False),
        ("month", month, today, False),
        ("last_month", before, month - DAY, False),
        ("quarter", today - 89 * DAY, today, False),
        ("chain_month", month, today, True),
    )


def reports(desk: Desk) -> None:
    """Choose a period; the report comes when the server has it."""
    now = desk.view.now
    session = desk.view.session
    today = session.business_on if session else now.date() if now else date.min
    words = words_of(desk)

    def pick(row: Row) -> None:
        _, since, until, chain = row.value
        desk.close_ask()
        answer = desk.attempt(
            lambda who: desk.till.period_report(since, until, chain, override=who)
        )
        show_period(desk, answer)

    rows = [
        Row(words.text(f"period.{one[0]}"), _days(desk, one[1], one[2]), value=one)
        for one in periods(today)
    ]
    desk.open(Ask("report_period", lambda text: None, pick=pick), rows)


def _days(desk: Desk, since: date, until: date) -> str:
    words = words_of(desk)
    if since == until:
        return words.format(since)
    return words.text("period.days", since=since, until=until)


def show_period(desk: Desk, answer: Answer) -> None:
    """A report that an answer brought, with the list of its sections beside it."""
    report = answer.data.get("period")
    if isinstance(report, PeriodReport):
        if not answer.notices:
            desk.hush()  # that it was asked for is over
        desk.turn_to(Page("period", Shown(report, SECTIONS[0])))
        _sections(desk, report, 0)


def _sections(desk: Desk, report: PeriodReport, at: int) -> None:
    words = words_of(desk)

    def pick(row: Row) -> None:
        if str(row.value).startswith(SAVE):
            save(desk, report, str(row.value).removeprefix(SAVE))
        else:
            desk.point(SECTIONS.index(str(row.value)))
            desk.turn_to(Page("period", Shown(report, str(row.value))))

    names = (*SECTIONS, *(SAVE + kind for kind in WRITERS))
    icons = {name: "download" for name in names if name.startswith(SAVE)}
    rows = [
        Row(words.text(f"period.{name}"), value=name, icon=icons.get(name, "")) for name in names
    ]
    desk.open(Ask("report_section", lambda text: None, pick=pick), rows, at)


def save(desk: Desk, report: PeriodReport, kind: str) -> Path | None:
    """Write the whole report beside the user's documents; says where, or that it could not."""
    voice = voice_of(desk)
    documents = QStandardPaths.StandardLocation.DocumentsLocation
    folder = Path(QStandardPaths.writableLocation(documents)) / "Kopilka"
    name = f"{report.since}_{report.until}{'_' + report.store_id if report.store_id else ''}.{kind}"
    path = folder / "".join(c if c.isalnum() or c in "._-" else "_" for c in name)
    store = desk.view.store_name if report.store_id or not report.whole else ""
    heading = " · ".join(part for part in (store, tables.heading(report, voice)) if part)
    made = WRITERS[kind](heading, tables.all_sheets(report, voice), tables.hand_of(voice))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_bytes(made)
    except OSError as wrong:
        desk.tell("ui.not_saved", Tone.ERROR, why=wrong.strerror or str(wrong))
        return None
    desk.tell("notice.report_saved", Tone.GOOD, path=str(path))
    return path

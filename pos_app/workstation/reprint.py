"""A copy of a receipt that was given already, marked as one. Never a document.

The copy is a print job and a line in the audit chain; nothing is sold again.
"""

from pos_app.domain.rights import Right
from pos_app.workstation import printing
from pos_app.workstation.answer import Answer, done, notice, refused
from pos_app.workstation.lending import lender
from pos_app.workstation.paper import receipt_job
from pos_app.workstation.ports import Facts
from pos_app.workstation.station import Station, record, require, right_used


def reprint(station: Station, receipt: str | None) -> Answer:
    """A copy, marked as one, with the right to make one."""
    lacking = require(station, Right.REPRINT)
    if lacking:
        return lacking
    journal = station.journal
    document = journal.document(receipt) if receipt else journal.last_document()
    if document is None:
        return refused("unknown_receipt", number=receipt or "")
    if not printing.possible(station):
        return refused("no_printer")
    job = printing.stored(receipt_job(station, document, station.new_id(), copy=True), "")
    by = lender(station, Right.REPRINT)
    used = right_used(station, "reprint", document.receipt_number, override_by=by)
    trouble = record(station, Facts(events=(used,), print_job=job))
    if trouble:
        return trouble
    printing.send(station, job)
    return done(notice("copy_printed"))

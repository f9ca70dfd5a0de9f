"""ATOL's words for the numbers of the format, and its error numbers in our words. Never a decision.

Names after the JSON tasks of the vendor's driver 10; numbers of errors after its own header.
"""

from types import MappingProxyType

from drivers.contract.fiscal import FiscalError, FiscalTask

VAT = MappingProxyType(
    {
        1: "vat20",
        2: "vat10",
        3: "vat120",
        4: "vat110",
        5: "vat0",
        6: "none",
        7: "vat5",
        8: "vat7",
        9: "vat105",
        10: "vat107",
        11: "vat22",
        12: "vat122",
    }
)
MEASURES = MappingProxyType({0: "piece", 11: "kilogram", 41: "liter"})
SUBJECTS = MappingProxyType(
    {
        1: "commodity",
        2: "excise",
        4: "service",
        10: "payment",
        30: "exciseWithoutMarking",
        31: "exciseWithMarking",
        32: "commodityWithoutMarking",
        33: "commodityWithMarking",
    }
)
METHODS = MappingProxyType({1: "fullPrepayment", 3: "advance", 4: "fullPayment"})
TAXATION = MappingProxyType(
    {1: "osn", 2: "usnIncome", 4: "usnIncomeOutcome", 16: "esn", 32: "patent"}
)
MARK_STATES = MappingProxyType(
    {1: "itemPieceSold", 2: "itemDryForSale", 3: "itemPieceReturn", 4: "itemDryReturn"}
)
TASKS = MappingProxyType(
    {
        FiscalTask.SALE: "sell",
        FiscalTask.RETURN: "sellReturn",
        FiscalTask.CORRECTION_SALE: "sellCorrection",
        FiscalTask.CORRECTION_RETURN: "sellReturnCorrection",
        FiscalTask.OPEN_SHIFT: "openShift",
        FiscalTask.CLOSE_SHIFT: "closeShift",
        FiscalTask.X_REPORT: "reportX",
        FiscalTask.CASH_IN: "cashIn",
        FiscalTask.CASH_OUT: "cashOut",
        FiscalTask.COPY: "printFnDocument",
        FiscalTask.GO_ON: "continuePrint",
    }
)
SHIFTS = MappingProxyType({"closed": "closed", "opened": "open", "expired": "expired"})
ERRORS = MappingProxyType(
    {
        1: FiscalError.UNREACHABLE,
        2: FiscalError.UNREACHABLE,
        3: FiscalError.BUSY,
        5: FiscalError.BAD_DOCUMENT,
        44: FiscalError.NO_PAPER,
        45: FiscalError.COVER_OPEN,
        46: FiscalError.FAULT,
        47: FiscalError.FAULT,
        55: FiscalError.BUSY,
        66: FiscalError.BAD_DOCUMENT,
        68: FiscalError.SHIFT_EXPIRED,
        73: FiscalError.SHIFT_CLOSED,
        83: FiscalError.SHIFT_OPEN,
        115: FiscalError.STORAGE_LOST,
        118: FiscalError.STORAGE_LOST,
        120: FiscalError.STORAGE_FULL,
        121: FiscalError.STORAGE_FULL,
        122: FiscalError.CLOCK,
        136: FiscalError.STORAGE_FULL,
        137: FiscalError.STORAGE_FULL,
        139: FiscalError.UNSENT_TOO_LONG,
        141: FiscalError.SHIFT_EXPIRED,
        144: FiscalError.BAD_DOCUMENT,
        166: FiscalError.STORAGE_LOST,
        177: FiscalError.NO_PAPER,
        205: FiscalError.BAD_DOCUMENT,
        227: FiscalError.BAD_DOCUMENT,
        404: FiscalError.MARKING,
        405: FiscalError.MARKING,
        409: FiscalError.MARKING,
        420: FiscalError.MARKING,
        501: FiscalError.BAD_DOCUMENT,
        502: FiscalError.BLOCKED,
    }
)
"""Others are FAULT, with the registrar's own words."""

INTERRUPTED = frozenset({44, 45, 46, 47, 151, 175, 177})
"""The document may be in the storage although its paper is not: only its number can tell."""

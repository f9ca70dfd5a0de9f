"""Why a neutral case may be left out: one line a reason. A reason not listed here is a failure."""

NOT_MODELLED = {
    "serial framing": "the row is about how bytes become frames; needs drivers.scanner framing",
    "hid reports": "the row is about HID POS reports; needs drivers.scanner",
}

"""Why a neutral case may be left out: one line a reason. A reason not listed here is a failure."""

NOT_MODELLED: dict[str, str] = {}

"""Code 128 (ISO/IEC 15417) as modules. Pure; never loses a digit.

Our own, because python-barcode 0.16 drops the first two digits of a number that begins with 99
(measured: it takes the pair 99 for a change of the code set).
"""

_WIDTHS = (
    "212222222122222221121223121322131222122213122312132212221213221312231212112232122132122231"
    "113222123122123221223211221132221231213212223112312131311222321122321221312212322112322211"
    "212123212321232121111323131123131321112313132113132311211313231113231311112133112331132131"
    "113123113321133121313121211331231131213113213311213131311123311321331121312113312311332111"
    "314111221411431111111224111422121124121421141122141221112214112412122114122411142112142211"
    "241211221114413111241112134111111242121142121241114212124112124211411212421112421211212141"
    "214121412121111143111341131141114113114311411113411311113141114131311141411131211412211214"
    "211232"
)
"""Bar, space, bar, space, bar, space of each symbol character, six digits one after the other."""

_STOP = "2331112"
_START_B, _START_C, _TO_C = 104, 105, 99
_FIRST = 0x20
_LAST = 0x7E
_CHECK_BASE = 103
PAIRS_WORTH_DIGITS = 4


def code128_bits(text: str) -> str:
    """The modules from the first bar to the last, "1" is a bar. ValueError for other than ASCII."""
    values = code128_values(text)
    check = (values[0] + sum(at * value for at, value in enumerate(values))) % _CHECK_BASE
    widths = "".join(_WIDTHS[6 * value : 6 * value + 6] for value in (*values, check)) + _STOP
    return "".join("10"[at % 2] * int(width) for at, width in enumerate(widths))


def code128_values(text: str) -> list[int]:
    """The symbol characters with the start: digits in pairs (set C), all else one by one (B)."""
    if not text or not all(_FIRST <= ord(character) <= _LAST for character in text):
        raise ValueError(f"Code 128 cannot carry {text!r}")
    if not text.isdigit() or len(text) < PAIRS_WORTH_DIGITS:
        return [_START_B, *(ord(character) - _FIRST for character in text)]
    odd, rest = text[: len(text) % 2], text[len(text) % 2 :]
    pairs = [int(rest[at : at + 2]) for at in range(0, len(rest), 2)]
    if not odd:
        return [_START_C, *pairs]
    return [_START_B, ord(odd) - _FIRST, _TO_C, *pairs]

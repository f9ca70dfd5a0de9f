"""The table of printer models: dots, Cyrillic code pages, abilities. Data only, never a decision.

Taken from escpos-printer-db (https://github.com/receipt-print-hq/escpos-printer-db, revision
fe07c81, CC BY 4.0): names, widths and code page numbers, in our form, with families of makers that
share a table. Models of the second group are not in it: their numbers are from the makers' command
references. A page number means nothing beyond its model: 7 is CP866 here and Windows-1251 there.
"""

Pages = tuple[tuple[int, str], ...]
Row = tuple[str, int, Pages, str]

_EPSON: Pages = ((17, "cp866"), (46, "cp1251"))
_OLD_EPSON: Pages = ((17, "cp866"),)
_ZJIANG: Pages = ((59, "cp866"), (73, "cp1251"))
_RONGTA: Pages = ((7, "cp866"), (6, "cp1251"))
_STAR: Pages = ((10, "cp866"), (34, "cp1251"))
_CITIZEN: Pages = ((17, "cp866"), (7, "cp866"))
_WINCOR: Pages = ((7, "cp866"),)
_KEFAR: Pages = ((37, "cp866"), (51, "cp1251"))

# Abilities: q QR codes, b bar codes, g graphics with a memory (GS ( L), n names what it confirms
# and tells its state by itself (GS ( H, GS a, DLE DC4 8), c dots within a line of text (ESC *), k
# begins in Chinese, needle: no GS v 0
MODELS: tuple[Row, ...] = (
    # name, dots, pages best first, abilities
    ("epson", 576, _EPSON, "qbgnc"),
    ("epson-old", 576, _OLD_EPSON, "qbgc"),
    ("epson-tm-l90", 576, _EPSON, "qbgc"),
    ("epson-tm-p80", 576, _EPSON, "qbgnc"),
    ("epson-tm-t20ii", 576, _EPSON, "qbgnc"),
    ("epson-tm-t20ii-42", 546, _EPSON, "qbgnc"),
    ("epson-tm-t70-sa", 512, (), "qbgc"),
    ("epson-tm-t88ii", 512, _EPSON, "qbgc"),
    ("epson-tm-t88iii", 512, _OLD_EPSON, "qbgc"),
    ("epson-tm-t88iv", 512, _OLD_EPSON, "qbgc"),
    ("epson-tm-t88iv-sa", 512, (), "qbgc"),
    ("epson-tm-t88v", 512, _EPSON, "qbgnc"),
    ("epson-tm-u220", 400, (), "needle"),
    ("citizen", 576, _CITIZEN, "qbgc"),
    ("citizen-ct-s651", 640, _CITIZEN, "qbgc"),
    ("seiko", 576, _EPSON, "qbgc"),
    ("seiko-rp-f10-58", 432, _EPSON, "qbgc"),
    ("seiko-rp-f10-80", 576, _EPSON, "qbgc"),
    ("epos-tep-200m", 576, _EPSON, "qbgc"),
    ("zjiang", 384, _ZJIANG, "qbkc"),
    ("zjiang-pos-5890", 384, _ZJIANG, "k"),
    ("zjiang-zj-5870", 384, _OLD_EPSON, "kc"),
    ("netum", 384, _ZJIANG, "kc"),
    ("netum-nt-5890k", 384, _ZJIANG, "kc"),
    ("netum-80-v-ul", 576, _ZJIANG, "qbgkc"),
    ("pbm", 576, _ZJIANG, "qbkc"),
    ("pbm-p822d", 576, _ZJIANG, "qbkc"),
    ("rongta", 576, _RONGTA, "qbkc"),
    ("rongta-rp326", 576, _RONGTA, "qbkc"),
    ("wincor-th230", 576, _WINCOR, "bgc"),
    ("wincor-th230-plus", 576, _WINCOR, "qbgc"),
    ("star-sp2000", 576, _STAR, "qbgc"),
    ("star-tsp600", 576, _STAR, "qbgc"),
    ("star-tup500", 576, _STAR, "qbgc"),
    ("kefar", 576, _KEFAR, "qbkc"),
    ("sunmi-v2", 384, _OLD_EPSON, "qbk"),
    ("metapace-t-1", 504, (), "qbgc"),
    # not in the database
    ("bixolon", 576, _OLD_EPSON, "qbc"),
    ("munbyn", 576, _OLD_EPSON, "qbk"),
    ("rongta-rp332", 576, _RONGTA, "qbk"),
    ("yhd", 576, ((12, "cp866"),), "qbk"),
    # draws every line, so it prints Russian on any model that knows GS v 0
    ("raster", 576, (), ""),
)

"""Words are read as TOML says: quickly where every line is plain, else by the parser."""

import tomllib

import pytest

from resources import names, read_text
from resources.words import reading

FILES = names("words", ".toml")
PLAIN = """# a comment
top = "before any table"

[a]
one = "ü “quoted” {n:money}"
two = "a \\"quoted\\" word"
"with spaces" = "x"
forms = { one = "{n} gift, \'x\'", other = "{n} gifts" }

[a.b.c]
deep = ""

[a.b]
between = "later than what is in it"
"""
NOT_PLAIN = [
    'key = "with \\u00fc"',
    "key = 'literal'",
    'key = """long"""',
    "key = 5",
    "key = [1]",
    'a.b = "dotted"',
    '"quoted.key" = "x"',
    'key = "with \\\\\\" both"',
    'key = "x" # remark',
    '  key = "indented"',
    'key="tight"',
    "[ spaced ]",
    '[["a"]]',
    "[[many]]",
    'forms = {one = "tight"}',
    'forms = { one = "x", two = 2 }',
    "forms = { }",
    '\tkey = "x"',
    'key = "x"\r',
]
WRONG = [
    'key = "x"\nkey = "y"',
    "[a]\n[a]",
    '[a]\nb = "x"\n[a.b]',
    '[a]\nb = { one = "x" }\n[a.b]',
    '[a.b]\nc = "x"\n[a]\nb = "y"',
    '[a]\nb = { one = "x", one = "y" }',
    'key = "open',
    "key",
    'key = "a\tb\x00"',
]


@pytest.mark.parametrize("name", FILES)
def test_a_shipped_file_is_read_as_the_parser_reads_it(name):
    text = read_text("words", f"{name}.toml")
    assert reading.words_of(text) == tomllib.loads(text)


def test_the_parser_is_asked_for_a_few_shipped_files_at_most():
    asked = [name for name in FILES if reading._plain(read_text("words", f"{name}.toml")) is None]
    assert len(asked) * 5 < len(FILES), asked


def test_tables_forms_and_comments_are_what_toml_says():
    assert reading._plain(PLAIN) == tomllib.loads(PLAIN)


@pytest.mark.parametrize("line", NOT_PLAIN)
def test_what_is_not_plain_is_the_parsers(line):
    for text in (line, f"{PLAIN}{line}\n"):
        assert reading._plain(text) is None
        try:
            expected = tomllib.loads(text)
        except tomllib.TOMLDecodeError:
            with pytest.raises(tomllib.TOMLDecodeError):
                reading.words_of(text)
        else:
            assert reading.words_of(text) == expected


@pytest.mark.parametrize("text", WRONG)
def test_what_toml_refuses_is_refused(text):
    with pytest.raises(tomllib.TOMLDecodeError):
        tomllib.loads(text)
    with pytest.raises(tomllib.TOMLDecodeError):
        reading.words_of(text)


def test_an_order_of_tables_that_toml_allows_is_allowed():
    text = '[a.b]\nc = "x"\n\n[a]\nd = "y"\n\n[a.e]\nf = "z"\n'
    assert reading._plain(text) == tomllib.loads(text)

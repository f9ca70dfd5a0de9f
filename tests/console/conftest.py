"""A console over a real till, for the tests of this room."""

import io
import json

import pytest

from pos_app.console.front_end import Console, run
from pos_app.domain.sentence import say
from pos_app.workstation.answer import done
from resources.words import Words
from tests.workstation.tills import MOSCOW, Bench


class Desk:
    """Lines in, answers out."""

    def __init__(self, folder):
        self.bench = Bench(folder)
        self.out = io.StringIO()
        self.console = Console(self.bench.till, Words("ru", MOSCOW), self.out)
        self.synced = []

    def lines(self, *texts):
        """The answers to raw lines."""
        self.out.seek(0)
        self.out.truncate()

        def sync(fields):
            self.synced.append(fields["wait"])
            return done(sync={"sent": 0, "said": say("link.ok")})

        run(self.console, texts, sync)
        return [json.loads(line) for line in self.out.getvalue().splitlines()]

    def do(self, command, **fields):
        """One command that must be done."""
        answer = self.ask(command, **fields)
        assert answer["ok"], answer["error"]
        return answer

    def ask(self, command, **fields):
        """One command and its answer."""
        (answer,) = self.lines(json.dumps({"command": command, **fields}))
        return answer

    def refused(self, command, **fields):
        """The code of a refusal."""
        answer = self.ask(command, **fields)
        assert not answer["ok"], answer
        assert answer["error"]["message"]
        assert "state" in answer
        return answer["error"]["code"]

    def open_shift(self, who="maria", pin="3333"):
        self.do("sign_on", operator=who, pin=pin)
        self.do("open_session", float="1000.00")
        return self


@pytest.fixture
def desk(tmp_path):
    """A console nobody has signed on to."""
    made = Desk(tmp_path)
    yield made
    made.bench.close()


@pytest.fixture
def shift(desk):
    """A console with Maria signed on and a session open."""
    return desk.open_shift()

"""What is heard: a meaning that is always seen as well, softer or not at all where it is wished."""

import io
import wave

import pytest

from pos_app.ui.sounds import BY_NOTICE, BY_TONE, Sounds, at_volume, bundled
from pos_app.workstation.answer import Tone, done, notice, refused
from resources import read_bytes
from tests.ui.builders import SellingTill, signed_on


@pytest.fixture
def heard():
    played, beeps = [], []
    sounds = Sounds(lambda path: played.append(path), lambda: beeps.append(1))
    sounds.names = lambda: [path.name for path in played]
    sounds.played, sounds.beeps = played, beeps
    yield sounds
    sounds.close()


def test_every_sound_that_is_named_travels_with_the_program():
    assert {*BY_TONE.values(), *BY_NOTICE.values()} == set(bundled())
    for name in bundled():
        with wave.open(io.BytesIO(read_bytes("sounds", f"{name}.wav"))) as file:
            assert file.getnframes() / file.getframerate() < 0.5, "a queue does not wait for music"


def test_a_member_an_error_and_a_closed_receipt_sound_different(heard):
    for tone in (Tone.MEMBER, Tone.ERROR, Tone.CLOSED, Tone.NEUTRAL, Tone.GOOD):
        heard.tell(tone)
    assert heard.names() == ["member-100.wav", "error-100.wav", "closed-100.wav"]
    assert all(path.exists() for path in heard.played)


def test_a_double_scan_has_a_sound_of_its_own(heard):
    heard.tell(Tone.WARNING, "scanned_twice")
    assert heard.names() == ["double-100.wav"]


def test_a_softer_volume_is_softer_and_none_is_silence(heard):
    heard.volume = 30
    heard.tell(Tone.ERROR)
    loud, soft = read_bytes("sounds", "error.wav"), heard.played[0].read_bytes()
    assert at_volume(loud, 100) == loud
    assert loudest(soft) == loudest(loud) * 30 // 100
    heard.volume = 0
    heard.tell(Tone.ERROR)
    assert len(heard.played) == 1


def loudest(sound):
    with wave.open(io.BytesIO(sound)) as file:
        return max(memoryview(file.readframes(file.getnframes())).cast("h"))


def test_without_a_player_trouble_beeps_and_good_news_is_silent():
    beeps = []
    sounds = Sounds(None, lambda: beeps.append(1))
    sounds.tell(Tone.ERROR)
    sounds.tell(Tone.MEMBER)
    assert beeps == [1]


def test_the_window_sounds_once_for_each_answer(open_till, heard):
    window = open_till(SellingTill(signed_on()))
    window.desk.on_heard = heard.tell
    window.desk.do(refused("not_found", text="1"))
    window.desk.do(done(notice("member_known", Tone.MEMBER, name="x")))
    window.desk.change_look(language="en")
    assert heard.names() == ["error-100.wav", "member-100.wav"]
    assert window.desk.said is not None, "what is heard is seen"

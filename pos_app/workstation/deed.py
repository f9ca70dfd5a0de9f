"""What somebody is asked to allow, said beside the question for their PIN."""

from dataclasses import replace

from pos_app.domain.sentence import Sentence
from pos_app.workstation.answer import Answer
from pos_app.workstation.station import Allowed

DEED = "deed"
"""In the data of a refusal that wants somebody's right: a Sentence, with its sum."""


def asked_for(allowed: Allowed | Answer, about: Sentence) -> Allowed | Answer:
    """A refusal says for what; what is allowed is itself."""
    return replace(allowed, data={DEED: about}) if isinstance(allowed, Answer) else allowed

"""The JSON Schema of a document, taken from the code that reads it. Never a second definition."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from pos_app.domain.asking import FREE, Asked, Json, Place, Visit, places_of
from pos_app.domain.loyalty.program import read_program
from pos_app.domain.reading import Reader

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def program_schema() -> Json:
    """The schema of the program document."""
    return schema_of(lambda doc: read_program(doc, ""))


def program_schema_text() -> str:
    """The same as the bytes that are checked in and printed."""
    return json.dumps(program_schema(), ensure_ascii=False, indent=1) + "\n"


def schema_of(read: Callable[[Reader], object]) -> Json:
    """The schema (draft 2020-12) of what `read` accepts."""
    places = places_of(read)
    whole = _object(places, "")
    definitions = _definitions(whole)
    schema = {"$schema": DIALECT, **whole}
    if definitions:
        schema["$defs"] = definitions
    return schema


def _object(places: dict[str, Place], path: str) -> Json:
    place = places[path]
    free = place.fields.get(FREE)
    schema: Json = {"type": "object", **_told(places, path)}
    named = {key: one for key, one in place.fields.items() if key != FREE}
    if named:
        schema["properties"] = {key: _shape(places, one) for key, one in named.items()}
    needed = [key for key in named if all(key in visit.needed for visit in place.visits)]
    if needed:
        schema["required"] = needed
    if free is not None:
        schema["additionalProperties"] = _shape(places, free)
    elif place.finished:
        schema["additionalProperties"] = False
    conditions = [*_alternatives(place, needed), *_conditions(place, needed)]
    return {**schema, "allOf": conditions} if conditions else schema


def _shape(places: dict[str, Place], asked: Asked) -> Json:
    shapes = [_resolved(places, shape) for shape in asked.shapes]
    return shapes[0] if len(shapes) == 1 else {"anyOf": shapes}


def _resolved(places: dict[str, Place], shape: Json) -> Json:
    if "child" in shape:
        return _object(places, shape["child"])
    if "children" in shape:
        return {"type": "array", "items": _object(places, shape["children"])}
    return shape


def _told(places: dict[str, Place], path: str) -> Json:
    """Title and description from the function that reads the object, or from what it answers."""
    owner = places[path].owner
    above = places.get(path.rpartition(".")[0] if path else FREE)
    if owner is None or (above is not None and above.owner is owner):
        return {}
    answer = owner.__annotations__.get("return")
    ours = isinstance(answer, type) and answer.__module__.startswith("pos_app.")
    told: Any = answer if ours else owner
    text = " ".join((told.__doc__ or "").split("\n\n")[0].split())
    title = {"title": told.__name__} if ours else {}
    return {**title, "description": text} if text else {**title}


def _alternatives(place: Place, needed: list[str]) -> Iterator[Json]:
    """One of several sets of fields has to be there."""
    wanted = {frozenset(visit.needed.difference(needed)) for visit in place.visits}
    least = [one for one in wanted if not any(other < one for other in wanted)]
    if len(least) > 1:
        order = list(place.fields)
        fields = sorted(sorted(one, key=order.index) for one in least)
        yield {"anyOf": [{"required": one} for one in fields]}


def _conditions(place: Place, needed: list[str]) -> Iterator[Json]:
    """What one word of a closed list makes necessary, or makes meaningless."""
    for key in {key: 1 for visit in place.visits for key in visit.words}:
        by_word = {
            word: [visit for visit in place.visits if visit.words.get(key) == word]
            for word in place.fields[key].words()
        }
        sure = [name for name in place.fields if _decides(key, name, by_word)]
        for word, visits in by_word.items():
            more = [n for n in sure if n not in needed and all(n in v.needed for v in visits)]
            never = [n for n in sure if not any(n in v.asked for v in visits)]
            then: Json = {"required": more} if more and visits else {}
            if never and visits:
                then["properties"] = dict.fromkeys(never, False)
            if then:
                named = {"properties": {key: {"const": word}}, "required": [key]}
                yield {"if": named, "then": then}


def _decides(key: str, name: str, by_word: dict[str, list[Visit]]) -> bool:
    """True when the word alone settles whether the field is asked for.

    A variant was run with every other answer, so it may; of another word every run has to agree.
    """
    if any(
        part.startswith(f"{key}=")
        for visits in by_word.values()
        for one in visits
        for part in one.variant
    ):
        return True
    return all(len({name in one.asked for one in visits}) < 2 for visits in by_word.values())


def _definitions(schema: Json) -> Json:
    """What has a title and stands at several places becomes `$defs`; changes `schema`."""
    found = [(holder, key, value, _text(value)) for holder, key, value in _titled(schema)]
    seen = Counter(text for _, _, _, text in found)
    definitions: Json = {}
    for holder, key, value, text in found:
        if seen[text] > 1:
            reference = {"$ref": f"#/$defs/{_named(value, definitions)}"}
            kept = {"default": value["default"]} if "default" in value else {}
            holder[key] = {**reference, **kept}
    return definitions


def _named(value: Json, definitions: Json) -> str:
    """The definition's name; two different ones of one title are told apart by a number."""
    content = {key: part for key, part in value.items() if key != "default"}
    name = str(content["title"])
    while definitions.setdefault(name, content) is not content and (
        _text(definitions[name]) != _text(content)
    ):
        name += "2"
    return name


def _text(value: Json) -> str:
    return json.dumps({key: part for key, part in value.items() if key != "default"})


def _titled(schema: Any) -> Iterator[tuple[Any, Any, Json]]:
    """Holder, key and schema of what has a title, from the inside out."""
    pairs = schema.items() if isinstance(schema, dict) else enumerate(schema)
    for key, value in list(pairs):
        if isinstance(value, (dict, list)):
            yield from _titled(value)
            if isinstance(value, dict) and isinstance(value.get("title"), str):
                yield schema, key, value

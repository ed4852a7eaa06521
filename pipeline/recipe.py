"""The recipe: the frozen, typed settings of a run, read from one TOML file.

What belongs here: putting the settings of all parts together, reading them, and saying what is
wrong with them. What does not: what a setting does (its own module says), work of any kind.
"""

import difflib
import json
import tomllib
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from pipeline.dedup.settings import DedupSettings
from pipeline.html.settings import HtmlSettings
from pipeline.measures.language import LanguageSettings
from pipeline.repeats.settings import RepeatSettings
from pipeline.slips.settings import TypoSettings
from pipeline.sources.settings import IngestSettings
from pipeline.stages.boilerplate import BoilerplateSettings
from pipeline.stages.characters import CharacterSettings
from pipeline.stages.mojibake import MojibakeSettings
from pipeline.verdicts import QualitySettings


class RecipeError(ValueError):
    """The recipe is wrong; the message says where and what would be right."""


@dataclass(frozen=True)
class Recipe:
    """Everything that a run can be told. The defaults accept every language."""

    ingest: IngestSettings = field(default_factory=IngestSettings)
    html: HtmlSettings = field(default_factory=HtmlSettings)
    mojibake: MojibakeSettings = field(default_factory=MojibakeSettings)
    characters: CharacterSettings = field(default_factory=CharacterSettings)
    typos: TypoSettings = field(default_factory=TypoSettings)
    repeats: RepeatSettings = field(default_factory=RepeatSettings)
    boilerplate: BoilerplateSettings = field(default_factory=BoilerplateSettings)
    language: LanguageSettings = field(default_factory=LanguageSettings)
    quality: QualitySettings = field(default_factory=QualitySettings)
    dedup: DedupSettings = field(default_factory=DedupSettings)

    def to_json(self, section: str | None = None) -> str:
        """The recipe, or one section of it, as JSON with sorted keys: equal recipes give equal
        strings.
        """
        whole = asdict(self)
        return json.dumps(whole if section is None else {section: whole[section]}, sort_keys=True)


def load(path: Path | None) -> Recipe:
    """The recipe in the TOML file at `path`; the default recipe for None.

    Raises `RecipeError` where the file cannot be read, is no TOML, or holds a key or a value that
    no setting takes.
    """
    if path is None:
        return Recipe()
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise RecipeError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise RecipeError(f"{path}: is not UTF-8 at byte {error.start}") from error
    except tomllib.TOMLDecodeError as error:
        raise RecipeError(f"{path}: is not TOML: {error}") from error
    try:
        return parse(table)
    except RecipeError as error:
        raise RecipeError(f"{path}: {error}") from error


def parse(table: dict[str, Any]) -> Recipe:
    """The recipe that a TOML table spells out. Raises `RecipeError`."""
    recipe: Recipe = _build(Recipe, table, "")
    return recipe


def _build(kind: type[Any], table: dict[str, Any], place: str) -> Any:
    hints = get_type_hints(kind)
    names = [f.name for f in fields(kind)]
    values = {}
    for key, value in table.items():
        here = f"{place}{key}"
        if key not in names:
            raise RecipeError(f"unknown setting '{here}'{_nearest(key, names, place)}")
        values[key] = _value(hints[key], value, here)
    try:
        return kind(**values)
    except ValueError as error:
        if isinstance(error, RecipeError):
            raise
        raise RecipeError(f"in [{place.rstrip('.')}]: {error}") from error


def _nearest(key: str, names: list[str], place: str) -> str:
    near = difflib.get_close_matches(key, names, n=1, cutoff=0.0)
    return f"; did you mean '{place}{near[0]}'? Known here: {', '.join(names)}"


def _value(hint: Any, value: Any, here: str) -> Any:
    if is_dataclass(hint):
        if not isinstance(value, dict):
            raise RecipeError(f"'{here}' is a table of settings, write [{here}]")
        return _build(hint, value, f"{here}.")  # type: ignore[arg-type]
    if get_origin(hint) is tuple:
        (item, *_) = get_args(hint)
        if not isinstance(value, list) or not all(type(v) is item for v in value):
            raise RecipeError(f"'{here}' takes a list of {_NAMES[item]}, not {value!r}")
        return tuple(value)
    if isinstance(hint, UnionType):
        raise TypeError(f"{here}: a setting has one type")
    if hint is float and type(value) is int:
        return float(value)
    if type(value) is not hint:
        raise RecipeError(f"'{here}' takes {_NAMES[hint]}, not {value!r}")
    return value


_NAMES = {bool: "true or false", int: "a whole number", float: "a number", str: "a text"}

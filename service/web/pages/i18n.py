"""译文: pages speak Chinese or English; what is written in the program is Chinese, its English stands in catalogues."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po
from markupsafe import Markup, escape

LANGUAGES = {"zh": "zh-CN", "en": "en"}  # ours → of the attribute `lang`
FOLDER = Path(__file__).parents[1] / "locale"


@dataclass(frozen=True)
class Words:
    """One language. Called with a Chinese text it gives that language's; `%(name)s` in it is filled from the keywords.
    A text without a translation stays Chinese (a test holds that there is none)."""

    language: str
    texts: Mapping[str, str | tuple[str, ...]]

    def __call__(self, text: str, **values: Any) -> str:
        found = self.texts.get(text, text)
        return _filled(found if isinstance(found, str) else found[0], values)

    def plural(self, one: str, many: str, number: float, **values: Any) -> str:
        """The text for `number` things; in Chinese both are the same. `%(num)s` is the number."""
        found = self.texts.get(one, (one, many))
        forms = (found, found) if isinstance(found, str) else found
        return _filled(forms[0] if number == 1 else forms[-1], {"num": number} | values)

    def either(self, chinese: str, english: str) -> str:
        """The one of a pair of texts that stand in both languages, as those of the rules do."""
        return english if self.language == "en" and english else chinese

    @property
    def tag(self) -> str:
        """The language as HTML names it."""
        return LANGUAGES[self.language]


def _filled(text: str, values: Mapping[str, Any]) -> str:
    return text % values if values else text


def mark(text: str) -> str:
    """A text that is translated where it is shown and not where it stands."""
    return text


@cache
def words(language: str) -> Words:
    """The words of a language; of an unknown one the Chinese."""
    if language not in LANGUAGES or language == "zh":
        return Words("zh", {})
    return Words(language, read_catalogues(sorted((FOLDER / language).glob("*.po"))))


def read_catalogues(paths: Iterable[Path]) -> dict[str, str | tuple[str, ...]]:
    """The texts of some catalogues together; plurals as a tuple. Texts that are empty or uncertain are left out."""
    texts: dict[str, str | tuple[str, ...]] = {}
    for path in paths:
        with path.open("rb") as file:
            for message in read_po(file, locale="en"):
                if not message.id or message.fuzzy:
                    continue
                forms = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
                if forms and all(forms):
                    texts[_key(message.id)] = forms[0] if len(forms) == 1 else forms
    return texts


def _key(id_: object) -> str:
    return id_ if isinstance(id_, str) else str(id_[0])  # type: ignore[index]  # a plural has a pair


def for_templates(said: Words) -> dict[str, Any]:
    """`_` and `ngettext` of one language for templates: what is filled in is escaped."""

    def gettext(text: str, **values: Any) -> Markup | str:
        return Markup(said(text)) % _escaped(values) if values else Markup(said(text))  # noqa: S704  # ours

    def ngettext(one: str, many: str, number: float, **values: Any) -> Markup:
        return Markup(said.plural(one, many, number, **_escaped(values)))  # noqa: S704  # ours, values escaped

    return {"_": gettext, "gettext": gettext, "ngettext": ngettext, "either": said.either, "lang": said.tag}


def _escaped(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: escape(value) if isinstance(value, str) else value for name, value in values.items()}

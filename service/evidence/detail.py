"""细节的读法: what a line of a record carries beside its reason, as a person reads it; total for any value. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.alerting.news import post_title
from service.evidence.dossier import Tongue, local
from service.evidence.lines import DUTIES, KEYS, OUTCOMES, VERDICTS
from service.response.actions import FORMS
from service.scoring.cells import Text
from service.scoring.pack import Level
from service.scoring.wording import SEALED_NAME, SEALED_NAME_EN


@dataclass(frozen=True)
class Reader:
    """Reads details in one language. `names` are those of officers by id, `rules` those of rules; `hidden` are the
    rules whose names may not be told here."""

    tongue: Tongue
    names: Mapping[str, str]
    rules: Mapping[str, Text]
    hidden: frozenset[str]

    def name(self, id_: Any) -> str:
        """An officer by name alone, where the id stands elsewhere."""
        if id_ in (None, "", "operator"):
            return self.tongue.say("运行人员", "the operator")
        return self.names.get(str(id_)) or str(id_)

    def person(self, id_: Any) -> str:
        """An officer by name and id."""
        name = self.name(id_)
        return name if id_ in (None, "", "operator", name) else f"{name} {id_}"

    def rule(self, id_: Any) -> str:
        """A rule by id and name, or an other lead."""
        if str(id_) in self.hidden:
            return self.tongue.say(SEALED_NAME, SEALED_NAME_EN)
        return f"{id_} {self.tongue.of(self.rules[id_])}" if id_ in self.rules else str(id_)

    def word(self, words: Mapping[str, Text], value: Any) -> str:
        """A stored word, by itself where there is none for it."""
        return self.tongue.of(words[value]) if value in words else str(value)

    def level(self, number: Any) -> str:
        """A level by its number."""
        level = Level(number) if isinstance(number, int) and number in list(Level) else None
        return self.tongue.say(level.chinese, level.word) if level is not None else str(number)

    def details(self, detail: Mapping[str, Any]) -> tuple[str, ...]:
        """One line for everything that is said; what no table knows is shown as it is stored."""
        order = [*(key for key in KEYS if key in detail), *(key for key in detail if key not in KEYS)]
        return tuple(self._line(key, detail[key]) for key in order if detail[key] not in (None, "", [], {}))

    def _line(self, key: str, value: Any) -> str:
        label, how = KEYS.get(key, ((key, key), "plain"))
        return f"{self.tongue.of(label)}{self.tongue.say('：', ': ')}{self._read(how, value)}"

    def _read(self, how: str, value: Any) -> str:
        readers: Mapping[str, Callable[[Any], str]] = {
            "duty": lambda v: self.word(DUTIES, v),
            "rung": lambda v: self.tongue.say(f"第 {v + 1} 级", f"{v + 1}") if isinstance(v, int) else str(v),
            "posts": lambda v: self._each(self._post, v),
            "people": lambda v: self._each(self.person, v),
            "person": self.person,
            "list": lambda v: self._each(str, v),
            "instant": _instant,
            "yes": lambda v: self.tongue.say("是", "yes") if v else self.tongue.say("否", "no"),
            "word": self._level_word,
            "level": self.level,
            "rules": lambda v: self._each(self.rule, v),
            "verdicts": self._verdicts,
            "kind": lambda v: self.kind(str(v)),
            "outcome": lambda v: self.word(OUTCOMES, v),
            "mapping": self._mapping,
        }
        return readers.get(how, str)(value)

    def _each(self, read: Callable[[Any], str], values: Any) -> str:
        found: Iterable[Any] = values if isinstance(values, list) else [values]
        return self.tongue.join(list(dict.fromkeys(map(read, found))))

    def post(self, stored: str, places: Mapping[str, str]) -> str:
        """A post as messages hold it, `node/kind.role`, by the names of both."""
        node, slash, code = stored.rpartition("/")
        return f"{places.get(node, node)}{self.tongue.say('·', ', ')}{self._post(code)}" if slash else self._post(code)

    def _post(self, code: Any) -> str:
        return self.tongue.say(post_title(str(code)), str(code))

    def _level_word(self, word: Any) -> str:
        return next((self.level(int(level)) for level in Level if level.word == word), str(word))

    def _verdicts(self, value: Any) -> str:
        if not isinstance(value, Mapping):
            return str(value)
        sign = self.tongue.say("：", ": ")
        said = [f"{self.rule(rule)}{sign}{self.word(VERDICTS, verdict)}" for rule, verdict in value.items()]
        return self.tongue.say("；", "; ").join(dict.fromkeys(said))

    def kind(self, kind: str) -> str:
        """A kind of action."""
        form = next((form for known, form in FORMS.items() if known == kind), None)
        return self.tongue.say(form.name, form.name_en) if form else kind

    def _mapping(self, value: Any) -> str:
        if not isinstance(value, Mapping):
            return str(value)
        return self.tongue.say("；", "; ").join(f"{key} {inner}" for key, inner in value.items())


def _instant(value: Any) -> str:
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        return str(value)
    return local(at) if at.tzinfo else str(value)

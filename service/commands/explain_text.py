"""说明的文字: an account and a what-if as they are read aloud, in Chinese, in English or in both."""

from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]
_SECTIONS = (
    ("fired", "触发依据", "What fired"),
    ("trial", "试行规则", "On trial"),
    ("asides", "另请核实", "To be found out"),
    ("unknown", "无法判断", "What could not be judged"),
)
_LISTS = (("advice", "建议", "Advice"), ("false_alarms", "已知的误报", "Known false alarms"))
_OUTDATED = {
    "text": "评分所依据的内容已经变化，正待重评，暂不能试算。",
    "text_en": "What the score was made of has changed; it will be judged anew, and nothing can be tried until then.",
}


def lines(account: Json, tried: Json | None, lang: str) -> Iterator[str]:
    """The lines of the text, Chinese before English where both are wanted."""
    for part in ("summary", "why_this_level", "how_much_was_judged"):
        yield from _said(account[part], lang)
    for part, title, title_en in _SECTIONS:
        yield from _numbered(account[part], title, title_en, lang)
    for part, title, title_en in _LISTS:
        if account[part]:
            yield from ("", f"{_title(title, title_en, lang)} {'；'.join(account[part])}")
    yield from ("", _title("怎样降级", "What would lower the level", lang))
    yield from _said(account["remedy"] or _OUTDATED, lang)
    if tried is not None:
        yield from ("", _title("试算", "What if", lang))
        yield from _said(_outcome(tried), lang)
        yield from _numbered(tried["changed"], "不同的规则", "Rules that say something else", lang)


def _said(sentence: Json, lang: str, indent: str = "") -> Iterator[str]:
    if lang != "en":
        yield indent + str(sentence["text"])
    if lang != "zh":
        yield indent + str(sentence["text_en"])


def _numbered(sentences: list[Json], title: str, title_en: str, lang: str) -> Iterator[str]:
    if not sentences:
        return
    yield from ("", _title(title, title_en, lang, f" ({len(sentences)})"))
    for number, sentence in enumerate(sentences, 1):
        first, *rest = _said(sentence, lang)
        yield f"{number}. {first}"
        yield from (" " * len(f"{number}. ") + line for line in rest)


def _title(title: str, title_en: str, lang: str, number: str = "") -> str:
    if lang == "en":
        return f"{title_en}{number}:"
    return f"{title}{number}：" if lang == "zh" else f"{title} / {title_en}{number}："


def _outcome(tried: Json) -> Json:
    before = tried["before"]
    now = f"（现为{before['level_name']}，{before['score']:g} 分）"
    return {
        "text": f"等级为{tried['level_name']}，{tried['score']:g} 分{now}。",
        "text_en": f"The level would be {tried['level']} with {tried['score']:g} points; it is {before['level']} with "
        f"{before['score']:g} now.",
    }

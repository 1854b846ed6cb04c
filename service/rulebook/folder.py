"""规则目录: a rules folder on disk, read into texts by relative path."""

import os
from collections.abc import Sequence
from pathlib import Path

from service.errors import FileProblems, LineProblem, WrongUse
from service.scoring.positions import LONGEST_FILE
from service.shipped import shipped

# What decides scores and alerts; cases and texts for people are not part of a version.
_PARTS = ("indicators.yaml", "response.yaml", "calendar.yaml")
_OPTIONAL = ("response.yaml", "calendar.yaml")
RULES = ("packs",)
VERSION = ("packs", "messages")
EVERYTHING = ("packs", "messages", "cases")
_YAML = (".yaml", ".yml")
_ENDINGS = {"messages": (".j2",)}


def read_folder(folder: Path) -> dict[str, str]:
    """The texts of one version; a missing response or calendar is the shipped one.

    Raises WrongUse when the folder is missing, FileProblems when a file is no text.
    """
    files, problems = read_texts(folder, VERSION)
    if problems:
        raise FileProblems(problems)
    return {name: (shipped("rules") / name).read_text("utf-8") for name in _OPTIONAL} | files


def read_texts(folder: Path, inner: Sequence[str] = EVERYTHING) -> tuple[dict[str, str], list[LineProblem]]:
    """The texts of a rules folder and of its `inner` folders, and what is no text. Raises WrongUse without a folder."""
    if not folder.is_dir():
        raise WrongUse(f"没有这个规则目录：{folder}", f"no such rules folder: {folder}")
    names = [name for name in _PARTS if (folder / name).exists()]
    names += [name for part in inner for name in _listed(folder, part)]
    files: dict[str, str] = {}
    problems: list[LineProblem] = []
    for name in names:
        try:
            files[name] = _text(folder / name, name)
        except FileProblems as unread:
            problems += unread.problems
    return files, problems


def _listed(folder: Path, part: str) -> list[str]:
    """The files directly in a part of the folder, in byte order; those that begin with a dot are not a person's."""
    inner = folder / part
    names = sorted(os.listdir(inner), key=os.fsencode) if inner.is_dir() else []
    return [f"{part}/{name}" for name in names if not name.startswith(".") and not (inner / name).is_dir()]


def _text(path: Path, name: str) -> str:
    endings = _ENDINGS.get(name.partition("/")[0], _YAML)
    if path.suffix not in endings:
        text, text_en = f"不是 {endings[0]} 文件，请改名或移走", f"no {endings[0]} file; rename it or move it away"
        raise FileProblems([LineProblem(name, 1, text, text_en)])
    try:
        if path.stat().st_size > 4 * LONGEST_FILE:
            raise FileProblems([LineProblem(name, 1, "文件太大，请拆成几个", "the file is too large; split it")])
        raw = path.read_bytes()
    except OSError as error:
        text, text_en = f"读不了：{error.strerror}", f"cannot be read: {error.strerror}"
        raise FileProblems([LineProblem(name, 1, text, text_en)]) from error
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        text, text_en = "不是 UTF-8 编码，请另存为 UTF-8", "not UTF-8; save the file as UTF-8"
        raise FileProblems([LineProblem(name, line, text, text_en)]) from error

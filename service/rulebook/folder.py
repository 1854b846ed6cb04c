"""规则目录: a rules folder on disk, read into the texts that make one version."""

from pathlib import Path

from service.errors import WrongUse
from service.shipped import shipped

# What decides scores and alerts; cases and texts for people are not part of a version.
_PARTS = ("indicators.yaml", "response.yaml", "calendar.yaml")
_OPTIONAL = ("response.yaml", "calendar.yaml")


def read_folder(folder: Path) -> dict[str, str]:
    """The texts of a rules folder by relative path; a missing response or calendar is the shipped one.

    Raises WrongUse when the folder is missing or a file is not UTF-8.
    """
    if not folder.is_dir():
        raise WrongUse(f"没有这个规则目录：{folder}", f"no such rules folder: {folder}")
    files = {name: _text(folder / name) for name in _PARTS if (folder / name).is_file()}
    files |= {f"packs/{path.name}": _text(path) for path in sorted((folder / "packs").glob("*.y*ml"))}
    return {name: _text(shipped("rules") / name) for name in _OPTIONAL} | files


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise WrongUse(f"{path} 不是 UTF-8 编码，请另存为 UTF-8", f"{path} is not UTF-8; save it as UTF-8") from error

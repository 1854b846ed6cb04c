"""随附文件: data that travels with the program (rules, migrations), in a wheel and in the repository alike."""

from pathlib import Path

_HERE = Path(__file__).parent


def shipped(name: str) -> Path:
    """The folder `name` of the repository's top level; from inside the wheel when installed from one."""
    packed = _HERE / "_shipped" / name
    return packed if packed.is_dir() else _HERE.parent / name

"""SVG 的写法: tags whose text and attributes are escaped, so that no name can become markup; pure."""

from collections.abc import Iterable

from markupsafe import Markup, escape

Value = str | float | int | None


def tag(name: str, *inside: str | Markup, **attributes: Value) -> Markup:
    """`<name a="…">inside</name>`; text is escaped, Markup is not. Underscores in names of attributes stand for
    hyphens, `class_` is class, and attributes that are None are left out."""
    given = "".join(
        f' {_name(key)}="{escape(_number(value))}"' for key, value in attributes.items() if value is not None
    )
    body = "".join(escape(part) for part in inside)
    return Markup(f"<{name}{given}>{body}</{name}>" if body else f"<{name}{given}/>")  # noqa: S704  # all escaped


def together(parts: Iterable[Markup]) -> Markup:
    """Some pieces of markup in a row."""
    return Markup("").join(parts)


def picture(
    width: float, height: float, title: str, text: str, *inside: Markup, class_: str, id_: str, role: str = "img"
) -> Markup:
    """A drawing that is read out as `title` and `text`; `id_` is unique on its page, and what holds links has
    the role group."""
    return tag(
        "svg",
        tag("title", title, id=f"{id_}-t"),
        tag("desc", text, id=f"{id_}-d"),
        *inside,
        class_=class_,
        viewBox=f"0 0 {_number(width)} {_number(height)}",
        role=role,
        aria_labelledby=f"{id_}-t {id_}-d",
    )


def _name(key: str) -> str:
    return key.rstrip("_").replace("_", "-")


def _number(value: Value) -> str:
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)

"""疑点: warnings about response.yaml. Pure."""

from collections.abc import Iterator

from service.errors import LineProblem
from service.network.duty import ROLES
from service.rulebook.policy import ResponsePolicy
from service.rulebook.response_text import FILE
from service.scoring.fields import guess
from service.scoring.pack import Pack
from service.scoring.places import Place, keys_of, value_of
from service.scoring.positions import Mapping, Scalar, Sequence, Tree, read_tree


def doubt_policy(text: str, policy: ResponsePolicy, pack: Pack) -> list[LineProblem]:
    """Themes that no rule has, and posts with a role that nobody usually holds."""
    tree, _ = read_tree(FILE, text)
    themes = {rule.theme for rule in pack.rules}
    found = [
        place.says(f"没有规则属于主题 {key.text}{asked}", f"no rule is of theme '{key.text}'{asked_en}")
        for key, place in keys_of(FILE, value_of(tree, "themes"))
        if key.text not in themes
        for asked, asked_en in [guess(key.text, themes)]
    ]
    return found + list(_roles(tree, _posts(policy)))


def _posts(policy: ResponsePolicy) -> set[str]:
    """Every post that the policy names."""
    named = {post for level in policy.levels.values() for step in level.ladder for post in step.posts}
    for level in policy.levels.values():
        named |= {level.owner, level.lifted_by, *level.copy}
    named |= {by for by, _ in policy.theme_lifting.values() if by}
    return named | set(policy.night.posts if policy.night else ())


def _roles(tree: Tree | None, posts: set[str]) -> Iterator[LineProblem]:
    unusual = {post for post in posts if post.partition(".")[2] not in ROLES}
    for scalar in _scalars(tree):
        if scalar.text in unusual:
            unusual.discard(scalar.text)
            kind, _, role = scalar.text.partition(".")
            asked, asked_en = guess(role, ROLES)
            yield Place(FILE, scalar.line, scalar.column).says(
                f"岗位 {scalar.text} 不是常用岗位（{' '.join(ROLES)}）{asked} 组织里须有 {kind} 的这个岗位",
                f"'{role}' is not a usual role ({' '.join(ROLES)}){asked_en} The network must have this post",
            )


def _scalars(tree: Tree | None) -> Iterator[Scalar]:
    """Every value below a tree; no deeper than `read_tree` lets a file be."""
    if isinstance(tree, Scalar):
        yield tree
    elif isinstance(tree, Sequence):
        for item in tree.items:
            yield from _scalars(item)
    elif isinstance(tree, Mapping):
        for _, value in tree.entries:
            yield from _scalars(value)

"""提醒: what a sound pack says that probably nobody meant – it is told, and stops nothing. Pure."""

from collections.abc import Iterator

from service.errors import LineProblem
from service.scoring.cells import shortest
from service.scoring.pack import Dictionary, Level, Pack, Rule, Steps
from service.scoring.places import Place, Places

_NOWHERE = Place("packs/", 1, 1)


def lint(pack: Pack, dictionary: Dictionary, places: Places, week: str) -> list[LineProblem]:
    """Warnings about a pack as it judges from `week` on, in the order of the things they are about."""
    return [*_unreachable(pack, places, week), *_implied(pack, places), *_unused(pack, dictionary, places)]


def active(pack: Pack, week: str) -> list[Rule]:
    """The rules that add points in `week` or later."""
    return [rule for rule in pack.rules if not rule.trial and (rule.until is None or rule.until >= week)]


def _unreachable(pack: Pack, places: Places, week: str) -> Iterator[LineProblem]:
    """Levels that no node of a kind can get, by score or by floor."""
    for kind in sorted(pack.kinds):
        rules = [rule for rule in active(pack, week) if kind in rule.applies_to]
        most = min(sum(rule.attainable for rule in rules), 100.0)
        floors = {level for rule in rules for steps in rule.ladders for _, level in steps.floors}
        for level, begins in pack.levels.items():
            if most < begins and level not in floors:
                yield places.levels.get(level.word, _NOWHERE).says(
                    f"{kind} 类节点最多得 {shortest(most)} 分，达不到 {level.word}（{shortest(begins)} 分），"
                    f"也没有规则直接定为 {level.word}",
                    f"no {kind} can reach {level.word} ({shortest(begins)} points): "
                    f"its rules give at most {shortest(most)}, and none has this floor",
                )


def _implied(pack: Pack, places: Places) -> Iterator[LineProblem]:
    """Floors that change nothing."""
    for rule in pack.rules:
        for steps in rule.ladders:
            for threshold, level in steps.floors:
                said = _already(pack, steps, threshold, level)
                if said:
                    place = places.floors.get((rule.id, threshold)) or places.rules.get(rule.id, _NOWHERE)
                    yield place.says(*said, rule.id)


def _already(pack: Pack, steps: Steps, threshold: float, level: Level) -> tuple[str, str] | None:
    """What gives a floor already: the rule's own points, or a milder threshold of the same level."""
    falling = steps.how in ("at_most", "down")
    points = max((p for t, p in steps.points if (t >= threshold if falling else t <= threshold)), default=0.0)
    if points >= pack.levels[level]:
        given = f"{shortest(points)} 分本来就达到 {level.word}", f"{shortest(points)} points reach {level.word} anyway"
        return f"这个一票定级是多余的：{given[0]}", f"this floor says nothing new: {given[1]}"
    if any(same is level and (t > threshold if falling else t < threshold) for t, same in steps.floors):
        given = f"较轻的阈值已定为 {level.word}", f"a milder threshold has {level.word} already"
        return f"这个一票定级是多余的：{given[0]}", f"this floor says nothing new: {given[1]}"
    return None


def _unused(pack: Pack, dictionary: Dictionary, places: Places) -> Iterator[LineProblem]:
    """Indicators and events that are reported although no rule reads them; those that are retired are history."""
    read = {id_ for rule in pack.rules for id_ in rule.indicators}
    for indicator in dictionary.indicators.values():
        if indicator.id not in read and indicator.until is None:
            yield places.indicators.get(indicator.id, _NOWHERE).says(
                f"没有规则使用指标 {indicator.id}", f"no rule reads indicator '{indicator.id}'"
            )
    happen = {rule.of for rule in pack.rules if rule.kind == "event"}
    for event in dictionary.events:
        if event not in happen:
            yield places.events.get(event, _NOWHERE).says(
                f"没有规则使用即时事件 {event}", f"no rule reads event '{event}'"
            )

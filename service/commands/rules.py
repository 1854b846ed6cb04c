"""规则命令: `labour-watch rules check|test` – looks a rules folder over before anybody publishes it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer

from service.errors import FileProblems, Findings, LineProblem
from service.reporting.calendar_text import parse_calendar
from service.rulebook.case_text import Case, read_cases
from service.rulebook.cases import CaseResult, judge_cases, uncovered
from service.rulebook.folder import read_texts
from service.rulebook.response_text import parse_policy
from service.scoring.pack import Dictionary, Pack, State
from service.scoring.parse import read_rules
from service.scoring.positions import read_tree

rules_app = typer.Typer(help="规则：检查、试算 / rules: check and test", no_args_is_help=True)
Folder = Annotated[Path, typer.Argument(metavar="DIR", help="规则目录 / rules folder")]

_PARSERS: dict[str, Callable[[str], object]] = {"response.yaml": parse_policy, "calendar.yaml": parse_calendar}


@dataclass(frozen=True)
class _Checked:
    """A folder without a problem."""

    pack: Pack
    dictionary: Dictionary
    cases: list[Case]


@rules_app.command("check")
def check(folder: Folder) -> None:
    """检查规则目录，列出全部问题 / check a rules folder and list every problem."""
    checked = _check(folder)
    pack, cases = checked.pack, len(checked.cases)
    typer.echo(
        f"规则包 {pack.name} {pack.version}：{len(pack.rules)} 条规则，{cases} 个用例，没有问题 / "
        f"{len(pack.rules)} rules, {cases} cases, no problems"
    )


@rules_app.command("test")
def test(folder: Folder) -> None:
    """试算全部用例 / judge every case of the folder."""
    checked = _check(folder)
    results = judge_cases(checked.cases, checked.pack, checked.dictionary)
    failed = [result for result in results if result.misses]
    for result in failed:
        _show(folder, result)
    for state, wanted, wanted_en in ((State.FIRED, "触发", "fires"), (State.SILENT, "未触发", "is silent")):
        rules = " ".join(uncovered(results, checked.pack, state))
        if rules:
            typer.echo(f"提示：没有用例显示这些规则{wanted} / note: no case in which one of these {wanted_en}: {rules}")
    if failed:
        raise Findings(f"{len(results)} 个用例，{len(failed)} 个不符", f"{len(failed)} of {len(results)} cases failed")
    typer.echo(f"{len(results)} 个用例全部符合 / all {len(results)} cases hold")


def _show(folder: Path, result: CaseResult) -> None:
    for miss in result.misses:
        typer.echo(_in_folder(folder, miss))


def _check(folder: Path) -> _Checked:
    """Everything in the folder. Prints every problem and raises Findings when there is one."""
    texts, problems = read_texts(folder)
    read = read_rules(texts)
    problems = [*problems, *_without_unread(read.problems, problems), *_other_parts(texts)]
    cases: list[Case] = []
    if read.pack and read.dictionary:
        cases, wrong = read_cases(texts, read.pack, read.dictionary)
        problems += wrong
    if read.pack is None or read.dictionary is None or problems:
        for problem in problems:
            typer.echo(_in_folder(folder, problem))
        raise Findings(f"{folder}：共 {len(problems)} 个问题", f"{len(problems)} problems")
    return _Checked(read.pack, read.dictionary, cases)


def _without_unread(problems: list[LineProblem], unread: list[LineProblem]) -> list[LineProblem]:
    """Without those that only say that a file is missing which is there and could not be read."""
    files = {problem.file for problem in unread}
    lost = bool({file for file in files if file.startswith("packs/")})
    return [p for p in problems if p.file not in files and not (lost and p.file == "packs/")]


def _other_parts(texts: Mapping[str, str]) -> list[LineProblem]:
    found: list[LineProblem] = []
    for name, parse in _PARSERS.items():
        tree, broken = read_tree(name, texts[name]) if name in texts else (None, [])
        found += broken
        if tree:
            try:
                parse(texts[name])
            except FileProblems as wrong:
                found += wrong.problems
    return found


def _in_folder(folder: Path, problem: LineProblem) -> LineProblem:
    return replace(problem, file=str(folder / problem.file))

"""规则命令: `labour-watch rules check|test|schema` – looks a rules folder over before anybody publishes it."""

import json
from collections.abc import Iterable
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from service.clock import SHANGHAI, SystemClock
from service.errors import FileProblems, Findings, LineProblem
from service.rulebook.cases import judge_cases
from service.rulebook.check import Checked, Sound, check_texts, doubts
from service.rulebook.coverage import uncovered
from service.rulebook.folder import read_texts
from service.scoring.parse import read_indicators
from service.scoring.schema import pack_schema

rules_app = typer.Typer(help="规则：检查、试算、编辑器提示 / rules: check, test, schema", no_args_is_help=True)
Folder = Annotated[Path, typer.Argument(metavar="DIR", help="规则目录 / rules folder")]


class Format(StrEnum):
    """How problems are written."""

    TEXT = "text"
    JSON = "json"


@rules_app.command("check")
def check(
    folder: Folder,
    strict: Annotated[bool, typer.Option("--strict", help="有提醒也算不通过 / warnings fail too")] = False,
    format_: Annotated[Format, typer.Option("--format", help="json 供编辑器读 / json is for editors")] = Format.TEXT,
) -> None:
    """检查规则目录，列出全部问题 / check a rules folder and list every problem."""
    texts, unread = read_texts(folder)
    checked = check_texts(texts, unread)
    today = SystemClock().now().astimezone(SHANGHAI).date()
    warnings = doubts(texts, checked.sound, today) if checked.sound else []
    if format_ is Format.JSON:
        typer.echo(_as_json(folder, checked, warnings))
    else:
        _show(folder, [*checked.problems, *map(_as_warning, warnings)])
    sound = _sound(folder, checked)
    if strict and warnings:
        raise Findings(f"{folder}：{len(warnings)} 个提醒（--strict）", f"{len(warnings)} warnings (--strict)")
    if format_ is Format.TEXT:
        pack, cases, told = sound.pack, len(sound.cases), len(warnings)
        typer.echo(
            f"规则包 {pack.name} {pack.version}：{len(pack.rules)} 条规则，{cases} 个用例，"
            f"没有问题{f'，{told} 个提醒' if told else ''} / "
            f"{len(pack.rules)} rules, {cases} cases, no problems{f', {told} warnings' if told else ''}"
        )


@rules_app.command("test")
def judge(
    folder: Folder,
    coverage: Annotated[
        bool, typer.Option("--coverage", help="每条规则、每个阈值都要有用例 / a case for every rule and threshold")
    ] = False,
) -> None:
    """试算全部用例 / judge every case of the folder."""
    texts, unread = read_texts(folder)
    checked = check_texts(texts, unread)
    _show(folder, checked.problems)
    sound = _sound(folder, checked)
    results = judge_cases(sound.cases, sound.pack, sound.dictionary)
    failed = [result for result in results if result.misses]
    _show(folder, (miss for result in failed for miss in result.misses))
    missing = uncovered(results, sound.pack, sound.places) if coverage else []
    _show(folder, missing)
    if failed:
        raise Findings(f"{len(results)} 个用例，{len(failed)} 个不符", f"{len(failed)} of {len(results)} cases failed")
    if missing:
        raise Findings(f"用例不全：{len(missing)} 处", f"cases are missing in {len(missing)} places")
    full = "，每条规则、每个阈值都有用例 / , every rule and threshold is covered" if coverage else ""
    chinese, _, english = full.partition(" / ")
    typer.echo(f"{len(results)} 个用例全部符合{chinese} / all {len(results)} cases hold{english}")


@rules_app.command("schema")
def schema(
    folder: Folder,
    out: Annotated[Path | None, typer.Option("--out", help="写到这个文件 / write it to this file")] = None,
) -> None:
    """写出 packs/*.yaml 的 JSON Schema，供编辑器补全 / write the JSON Schema of packs/*.yaml, for editors."""
    texts, unread = read_texts(folder)
    dictionary, problems = read_indicators(texts)
    broken = [problem for problem in unread if problem.file == "indicators.yaml"]
    if dictionary is None:
        raise FileProblems([_in_folder(folder, problem) for problem in broken or problems])
    written = json.dumps(pack_schema(dictionary), ensure_ascii=False, indent=2) + "\n"
    if out:
        out.write_text(written, "utf-8")
    else:
        typer.echo(written, nl=False)


def _sound(folder: Path, checked: Checked) -> Sound:
    """What a sound folder says. Raises Findings when it is not sound."""
    if checked.sound is None:
        raise Findings(f"{folder}：共 {len(checked.problems)} 个问题", f"{len(checked.problems)} problems")
    return checked.sound


def _show(folder: Path, problems: Iterable[LineProblem]) -> None:
    for problem in problems:
        typer.echo(_in_folder(folder, problem))


def _as_warning(problem: LineProblem) -> LineProblem:
    return replace(problem, text=f"提醒：{problem.text}", text_en=f"warning: {problem.text_en}")


def _as_json(folder: Path, checked: Checked, warnings: list[LineProblem]) -> str:
    """An array of problems and warnings in the order in which they are told."""
    told = [(problem, "error") for problem in checked.problems] + [(problem, "warning") for problem in warnings]
    return json.dumps(
        [
            {
                "file": str(folder / problem.file),
                "line": problem.line,
                "column": max(problem.column, 1),
                "severity": severity,
                "rule": problem.rule,
                "text": problem.text,
                "text_en": problem.text_en,
            }
            for problem, severity in told
        ],
        ensure_ascii=False,
        indent=2,
    )


def _in_folder(folder: Path, problem: LineProblem) -> LineProblem:
    return replace(problem, file=str(folder / problem.file))

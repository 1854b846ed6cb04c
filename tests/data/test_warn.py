"""真实输入: the converter, and what its rules make of March 2020."""

import csv
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from service.clock import FrozenClock
from service.db import Database
from service.network.directory import posts_on_path
from service.network.duty import answer
from service.network.exchange import export_nodes, import_network
from service.network.rota import weekday
from service.network.sealing import Sealer
from service.rulebook.response_text import parse_policy
from service.scoring.build import build_panel
from service.scoring.pack import Level
from service.scoring.panel import PanelNode, PanelReport
from service.scoring.parse import parse_rules
from service.scoring.score import score_panel
from service.scoring.week import between
from tests.data.warn import COLUMNS, LAST_DAY, RULES, main, notice_week, read_panel, report_rows


@pytest.mark.parametrize(
    ("sunday", "week"),
    [("2020-03-15", "2020-W12"), ("2015-01-04", "2015-W02"), ("2020-12-27", "2020-W53"), ("2021-01-03", "2021-W01")],
)
def test_a_notice_week_is_the_iso_week_of_its_wednesday(sunday: str, week: str) -> None:
    assert notice_week(date.fromisoformat(sunday)) == week


def test_the_panel_is_dense_and_what_lies_after_now_is_dropped_and_counted() -> None:
    panel = read_panel(LAST_DAY)
    rows = list(report_rows(panel))
    assert (len(panel.states), panel.dropped) == (44, 3)
    assert panel.weeks == tuple(between("2015-W02", "2026-W45"))
    assert len(rows) == 44 * len(panel.weeks)
    assert rows[0] == ("AK", "2015-W02", 0, 0)
    assert ("AK", "2015-W47", 1, 134) in rows
    assert read_panel(date(2020, 3, 18)).weeks[-1] == "2020-W12"


def test_the_converter_writes_its_files_and_says_what_it_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main([str(tmp_path / "out")])
    assert "3 rows after 2026-11-22 dropped" in capsys.readouterr().err
    with (tmp_path / "out" / "reports.csv").open(encoding="utf-8", newline="") as file:
        first = next(csv.DictReader(file))
    assert first == {"node": "AK", "week": "2015-W02", COLUMNS[0]: "0", COLUMNS[1]: "0"}


def test_the_network_imports_and_answers_by_webhook_and_by_e_mail(
    tmp_path: Path, db: Database, clock: FrozenClock
) -> None:
    main([str(tmp_path), "--webhook", "http://127.0.0.1:9/", "--secret", "whsec_x", "--email", "duty@example.org"])
    with db.write() as session:
        for name in ("network.yaml", "nodes.csv"):
            text = (tmp_path / name).read_text(encoding="utf-8")
            import_network(session, text, name, now=clock.now(), sealer=Sealer(["k"]))
        posts = posts_on_path(session, ["NY"], weekday)["NY"]
        assert export_nodes(session) == (tmp_path / "nodes.csv").read_text(encoding="utf-8")
    found = {code: answer(code, posts, clock.now()) for code in ("city.duty", "city.leader")}
    channels = {code: [c.channel for c in a.officer.contacts] for code, a in found.items() if a.officer}
    assert channels == {"city.duty": ["webhook"], "city.leader": ["email"]}
    assert [hole for a in found.values() for hole in a.holes] == []


def test_its_rules_raise_march_2020_in_many_states_and_are_quiet_enough_otherwise() -> None:
    files = {str(path.relative_to(RULES)): path.read_text(encoding="utf-8") for path in RULES.rglob("*.yaml")}
    pack, dictionary = parse_rules(files)
    assert set(parse_policy(files["response.yaml"]).levels) == set(Level) - {Level.NORMAL}
    panel = read_panel(LAST_DAY)
    nodes = [PanelNode(state, "county", opened=date(2015, 1, 1)) for state in panel.states]
    reports = [
        PanelReport(str(node), str(week), dict(zip(COLUMNS, map(float, figures), strict=True)))  # type: ignore[arg-type]
        for node, week, *figures in report_rows(panel)
    ]
    scores = score_panel(pack, build_panel(nodes, panel.weeks, reports, [], dictionary))
    raised = np.asarray(scores.level) >= Level.YELLOW
    march = [panel.weeks.index(week) for week in between("2020-W11", "2020-W14")]
    assert raised[:, march].any(axis=1).sum() >= 25
    before = raised[:, : march[0]]
    assert before.sum(axis=0).max() <= 5
    assert before.mean() < 0.02

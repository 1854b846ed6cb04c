"""换密码、查看记录、系统状态: each for whom it is for."""

from service.journal import note
from service.web.access.roles import Role
from service.web.access.sessions import find_viewer
from service.web.access.sightings import looked_at_node
from service.web.access.viewer import Viewer
from tests.web.desk import Desk
from tests.web.visitor import PASSWORD, Visitor, log_in

NEW = "another good one 7"


def test_a_password_is_changed_with_the_old_one_and_other_sessions_end(desk: Desk) -> None:
    visitor, elsewhere = log_in(desk, "li.na"), log_in(desk, "li.na")
    for typed, status in (
        ({"password": PASSWORD, "new": "short", "again": "short"}, 422),
        ({"password": PASSWORD, "new": NEW, "again": "other"}, 422),
        ({"password": "wrong", "new": NEW, "again": NEW}, 401),
    ):
        assert visitor.post("/password", typed).status_code == status
    assert visitor.post("/password", {"password": PASSWORD, "new": NEW, "again": NEW}).status_code == 200
    assert visitor.get("/password").status_code == 200
    assert elsewhere.get("/password").status_code == 303
    assert Visitor(desk).post("/login", {"login": "li.na", "password": NEW}).status_code == 303


def test_auditors_read_who_looked_in_their_area_and_operators_how_the_system_is(desk: Desk) -> None:
    now = desk.office.clock.now()
    officer = log_in(desk, "li.na")
    auditor, next_door = (
        log_in(desk, "audit.qs", Role.AUDITOR, "qishan"),
        log_in(desk, "audit.mx", Role.AUDITOR, "meixian"),
    )
    operator = log_in(desk, "ops", Role.OPERATOR, "baoji")
    with desk.office.db.write() as session:
        looked_at_node(session, now, _viewer(desk, officer), "mill", "sealed")
        note(session, now, "test", "x", "磁盘已满", "the disk is full")
    shown = auditor.get("/sightings").text
    assert "李娜" in shown
    assert "岐山面粉厂" in shown
    assert "岐山面粉厂" not in next_door.get("/sightings").text
    assert "磁盘已满" in operator.get("/status").text
    strangers = [(officer, "/sightings"), (officer, "/status"), (operator, "/sightings"), (auditor, "/status")]
    assert [visitor.get(path).status_code for visitor, path in strangers] == [404] * 4


def _viewer(desk: Desk, visitor: Visitor) -> Viewer:
    found = find_viewer(desk.office.db, visitor.cookies["labour-watch"], desk.office.clock.now())
    assert found is not None
    return found

"""登录: in with the right password, a new session each time, out again; a form of an ended session is not lost."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlmodel import Session, col, update

from service.network.tables import Token
from service.web.access import accounts, sessions
from service.web.access.roles import Role
from service.web.access.tables import WebSession
from tests.web.desk import Desk
from tests.web.visitor import HOST, PASSWORD, Visitor, log_in, open_account


def typed(login: str = "li.na", password: str = PASSWORD, **more: str) -> dict[str, str]:
    return {"login": login, "password": password} | more


@pytest.fixture
def guest(desk: Desk) -> Visitor:
    """Nobody yet; 李娜 has an account."""
    open_account(desk, "li.na", Role.OFFICER)
    return Visitor(desk)


def pass_time(desk: Desk, **length: float) -> None:
    desk.office.clock.advance(timedelta(**length))


def inside(visitor: Visitor) -> bool:
    """Whether a page that is only for people who are logged in is shown."""
    return visitor.get("/login/again").status_code == 200


def test_a_page_leads_to_the_login_and_back_to_itself(guest: Visitor) -> None:
    led = guest.get("/", theme="wage")
    assert (led.status_code, led.headers["location"]) == (303, "/login?next=%2F%3Ftheme%3Dwage")
    assert 'value="/?theme=wage"' in guest.get(led.headers["location"]).text
    let = guest.post("/login", typed("Ｌi.Na ", next="/?theme=wage"))
    assert (let.status_code, let.headers["location"]) == (303, "/?theme=wage")
    assert guest.get("/login").headers["location"] == "/"


def test_after_the_login_nobody_is_led_to_another_host(guest: Visitor) -> None:
    for place in ("//evil.test", "https://evil.test", "/\\evil.test", "javascript:alert(1)", "/a\nb", ""):
        assert guest.post("/login", typed(next=place)).headers["location"] == "/"


def test_which_of_login_and_password_was_wrong_is_not_told(guest: Visitor) -> None:
    for login, password in (("li.na", "wrong"), ("nobody", PASSWORD), ("", ""), ("li.na\0", "x" * 300)):
        answer = guest.post("/login", typed(login, password))
        assert answer.status_code == 401
        assert "登录名或密码不对" in answer.text
        assert password == "" or password not in answer.text
        assert "set-cookie" not in answer.headers


def test_a_login_begins_a_new_session_and_ends_the_old(guest: Visitor, desk: Desk) -> None:
    guest.post("/login", typed())
    first = dict(guest.cookies)
    again = Visitor(desk, first["labour-watch"])
    again.post("/login", typed())
    assert again.cookies["labour-watch"] != first["labour-watch"]
    assert not inside(Visitor(desk, first["labour-watch"]))
    assert inside(again)


def test_the_cookie_is_not_for_scripts_nor_other_sites_and_over_https_only_for_https(
    desk: Desk, guest: Visitor
) -> None:
    plain = guest.post("/login", typed()).headers["set-cookie"]
    assert plain.startswith("labour-watch=")
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(plain.split("; "))
    assert "Secure" not in plain
    safe = guest.post(HOST.replace("http:", "https:") + "/login", typed()).headers["set-cookie"]
    assert safe.startswith("__Host-labour-watch=")
    assert {"HttpOnly", "Path=/", "SameSite=lax", "Secure"} <= set(safe.split("; "))
    assert desk.office.stored(WebSession)[0].digest not in plain


@pytest.mark.parametrize(("computer", "minutes"), [("public", 10), ("own", 30)])
def test_an_idle_session_ends_sooner_on_a_computer_for_everybody(desk: Desk, computer: str, minutes: int) -> None:
    visitor = log_in(desk, "li.na", computer=computer)  # type: ignore[arg-type]
    pass_time(desk, minutes=minutes - 1)
    assert inside(visitor)
    pass_time(desk, minutes=minutes - 1)
    assert inside(visitor)
    pass_time(desk, minutes=minutes)
    assert not inside(visitor)


def test_a_session_ends_after_twelve_hours_whatever_happens(desk: Desk) -> None:
    visitor = log_in(desk, "li.na")
    for _ in range(25):
        pass_time(desk, minutes=28)
        assert inside(visitor)
    pass_time(desk, minutes=20)
    assert not inside(visitor)


def test_what_ends_sessions_ends_them_at_once(desk: Desk) -> None:
    def revoke(session: Session) -> None:
        account = accounts.find_account(session, "li.na")
        session.exec(update(Token).where(col(Token.id) == account.token_id).values(revoked_at=now))

    now = desk.office.clock.now()
    endings: list[Callable[[Session], object]] = [
        lambda session: sessions.end_all(session, "li.na", now),
        lambda session: accounts.set_password(session, "li.na", "another good one 7", now),
        lambda session: accounts.disable(session, "li.na", now),
        revoke,
    ]
    for ending in endings:
        visitor = log_in(desk, "li.na")
        assert inside(visitor)
        with desk.office.db.write() as session:
            ending(session)
        assert not inside(visitor)
        with desk.office.db.write() as session:
            accounts.enable(session, "li.na")


def test_a_closed_account_does_not_let_in_until_it_is_opened(guest: Visitor, desk: Desk) -> None:
    with desk.office.db.write() as session:
        accounts.disable(session, "li.na", desk.office.clock.now())
    assert guest.post("/login", typed()).status_code == 401
    with desk.office.db.write() as session:
        accounts.enable(session, "li.na")
    assert guest.post("/login", typed()).status_code == 303


def test_logging_out_ends_the_session_on_the_server(desk: Desk) -> None:
    visitor = log_in(desk, "li.na")
    kept = Visitor(desk, visitor.cookies["labour-watch"], visitor.csrf)
    assert visitor.post("/logout").headers["location"] == "/login"
    assert "labour-watch" not in visitor.cookies
    assert not inside(kept)
    assert kept.post("/logout").headers["location"] == "/login"


def test_a_form_from_another_site_is_refused(desk: Desk, guest: Visitor) -> None:
    visitor = log_in(desk, "li.na")
    for origin in ("http://evil.test", "null", "http://labour-watch.test:81", "http://[bad"):
        for path in ("/login", "/logout"):
            assert visitor.post(path, typed(), headers={"Origin": origin}).status_code == 403
            assert visitor.post(path, typed(), headers={"Origin": "", "Referer": f"{origin}/page"}).status_code == 403
    assert inside(visitor)
    assert visitor.post("/logout", headers={"Origin": "", "Referer": f"{HOST}/page"}).status_code == 303


def hidden(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.partition("<main")[2]))


def test_a_form_of_an_ended_session_is_sent_again_after_the_login(desk: Desk) -> None:
    visitor = log_in(desk, "li.na")
    pass_time(desk, hours=1)
    ended = visitor.post("/login/again", {"next": "/?a=b", "note": '三"人<b>', "password": PASSWORD})
    assert ended.status_code == 401
    assert "没有丢失" in ended.text
    assert PASSWORD not in ended.text
    fields = hidden(ended.text)
    assert (fields["next"], fields["kept_for"]) == ("/login/again", "li.na")
    assert (fields["kept.next"], fields["kept.note"]) == ("/?a=b", "三&#34;人&lt;b&gt;")
    fields["kept.note"] = '三"人<b>'
    back = visitor.post("/login", typed() | fields)
    assert back.status_code == 200
    assert 'action="/login/again"' in back.text
    assert hidden(back.text) == {"csrf": visitor.csrf, "next": "/?a=b", "note": "三&#34;人&lt;b&gt;"}
    assert visitor.post("/login/again", {"password": PASSWORD, "next": "/help"}).headers["location"] == "/help"


def test_what_one_typed_is_not_sent_by_another(desk: Desk) -> None:
    open_account(desk, "zhao.min", Role.OFFICER)
    visitor = log_in(desk, "li.na")
    pass_time(desk, hours=1)
    fields = hidden(visitor.post("/login/again", {"next": "/help"}).text)
    let = visitor.post("/login", typed("zhao.min") | fields)
    assert let.status_code == 303


def test_a_form_from_before_this_login_waits_for_a_word(desk: Desk) -> None:
    visitor = log_in(desk, "li.na")
    answer = visitor.post("/login/again", {"csrf": "of another tab", "next": "/help"})
    assert answer.status_code == 409
    assert hidden(answer.text) == {"csrf": visitor.csrf, "next": "/help"}

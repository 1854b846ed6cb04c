"""密码: kept as argon2id; checking takes a fifth of a second by design, so call it in a thread."""

import unicodedata
from functools import cache
from itertools import pairwise

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher

LONG = 12  # characters that make a password good whatever it is made of
SHORT = 8  # with three kinds of characters
MOST = 200
# Of at least eight characters; shorter ones are refused anyway.
_COMMON = frozenset(
    {
        *("password", "passw0rd", "password1", "password123", "p@ssw0rd", "p@ssword"),
        *("qwertyuiop", "1qaz2wsx3edc", "1qaz@wsx", "qwerty123456", "iloveyou1234", "admin123"),
        *("admin@123", "admin123456", "administrator", "welcome123", "abc123456", "abcd1234"),
        *("aa123456", "a1234567", "a12345678", "woaini1314", "123456789012", "1234567890123"),
        *("000000000000", "111111111111", "888888888888", "666666666666", "123123123123", "112233445566"),
        *("qwer1234", "gonghui123", "gonghui@123", "baoji123456", "baoji@123", "labourwatch"),
        *("labour-watch", "zhonghua123", "changeme1234", "letmein12345"),
    }
)


def hash_password(password: str) -> str:
    """What is kept of a password."""
    return _hasher().hash(_same(password))


def password_fits(password: str, kept: str | None) -> bool:
    """Whether `password` is the one behind `kept`; None, an unknown login, costs the same time and fits nothing."""
    if len(password) > MOST:
        return False
    try:
        return _hasher().verify(_same(password), kept or _nobody()) and kept is not None
    except UnknownHashError:
        return False


def weakness(password: str, login: str) -> tuple[str, str] | None:
    """What is wrong with a new password, in Chinese and English; None when it will do."""
    if len(password) > MOST:
        return f"密码不能超过 {MOST} 个字符", f"a password has at most {MOST} characters"
    if not password.isprintable():
        return "密码含有无法显示的字符", "the password holds characters that cannot be shown"
    kinds = len({_kind(c) for c in password})
    if len(password) < SHORT or (len(password) < LONG and kinds < 3):
        return (
            f"密码至少 {LONG} 个字符；或至少 {SHORT} 个字符，含大写字母、小写字母、数字、符号中的三种",
            f"a password has at least {LONG} characters, or {SHORT} of three kinds: upper, lower case, digits, signs",
        )
    lowered = password.lower()
    if lowered in _COMMON or len(set(lowered)) < 4 or _runs(lowered):
        return "密码太常见，容易被猜到，请换一个", "the password is a common one; take another"
    if lowered in login or (len(login) > 3 and login in lowered):
        return "密码不能含有登录名", "the password must not hold the login"
    return None


def _kind(character: str) -> str:
    if character.isdigit():
        return "digit"
    if character.isupper():
        return "upper"
    return "lower" if character.islower() else "sign"


def _runs(text: str) -> bool:
    """Whether it is the keyboard or the alphabet in order: abcdefghijkl, 123456789012."""
    return all(ord(b) - ord(a) in (1, -9) for a, b in pairwise(text))


def _same(password: str) -> str:
    """One form of what can be typed in several: full-width and composed characters."""
    return unicodedata.normalize("NFKC", password)


@cache
def _hasher() -> PasswordHash:
    return PasswordHash((Argon2Hasher(),))


@cache
def _nobody() -> str:
    """A hash that a login nobody has is checked against."""
    return _hasher().hash("nobody")

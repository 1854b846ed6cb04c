"""密封: secrets at rest – encrypted in the database, opened only for the send."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from service.errors import Failure


class Sealer:
    """Seals and signs with the first key, opens and recognises with any of them, so that a key can be replaced without
    a gap."""

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys:
            raise ValueError("a sealer needs at least one key")
        self._fernet = MultiFernet([Fernet(_derived(key)) for key in keys])
        self._signing = [hashlib.sha256(b"labour-watch signatures\0" + key.encode()).digest() for key in keys]

    def seal(self, text: str) -> str:
        """Encrypt `text`; the same text twice gives two different results."""
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """Decrypt what `seal` gave. Raises Failure when none of the keys fits."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken as error:
            raise Failure(
                "密文无法解开，请在 LABOUR_WATCH_SECRET_KEY 中保留旧密钥",
                "a stored secret does not open; keep the old key in LABOUR_WATCH_SECRET_KEY as the second one",
            ) from error

    def sign(self, purpose: str, text: str) -> bytes:
        """The signature of `text` for one purpose, 32 bytes; the same text always has the same one."""
        return _signature(self._signing[0], purpose, text)

    def signed(self, purpose: str, text: str, begins: bytes) -> bool:
        """Whether a signature of `text` under any of the keys begins with these bytes, at least sixteen."""
        found = [_signature(key, purpose, text)[: len(begins)] for key in self._signing]
        return len(begins) >= 16 and any(hmac.compare_digest(one, begins) for one in found)


def instance_keys(configured: str | None, folder: Path) -> list[str]:
    """The keys of LABOUR_WATCH_SECRET_KEY (by comma), else the one in `folder`/secret.key, made if absent."""
    if keys := [key.strip() for key in (configured or "").split(",") if key.strip()]:
        return keys
    path = folder / "secret.key"
    try:
        return [_stored(path)]
    except OSError as error:
        raise Failure(
            f"无法读写密钥文件 {path}", f"cannot read or write the key file {path}: {error.strerror}"
        ) from error


def _stored(path: Path) -> str:
    if not path.exists():
        # Made whole under another name first: two processes that start together must end with one key.
        draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(32))
        try:
            path.hardlink_to(draft)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()


def _signature(key: bytes, purpose: str, text: str) -> bytes:
    return hmac.digest(key, f"{purpose}\0{text}".encode(), "sha256")


def _derived(key: str) -> bytes:
    return base64.urlsafe_b64encode(hashlib.sha256(b"labour-watch channel secrets\0" + key.encode()).digest())

"""幂等键: made once for every showing of a form, so that a form sent twice is stored once."""

import secrets


def new_key() -> str:
    """An idempotency key for one showing of a form."""
    return f"page-{secrets.token_urlsafe(16)}"

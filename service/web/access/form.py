"""表单: what a browser sent, bounded, and without the characters that no database stores."""

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from service.errors import Malformed

MOST_FIELDS = 3000
MOST_FILES = 5


async def read_form(request: Request) -> FormData:
    """The form in the body. Raises Malformed when it is none or has too many fields."""
    try:
        form = await request.form(max_fields=MOST_FIELDS, max_files=MOST_FILES)
    except (HTTPException, UnicodeDecodeError) as error:
        raise Malformed(
            "bad_form", "表单不完整，请返回后重新提交", "the form cannot be read; go back and send it again"
        ) from error
    return FormData([(_clean(name), _cleaned(value)) for name, value in form.multi_items()])


def _cleaned(value: UploadFile | str) -> UploadFile | str:
    return _clean(value) if isinstance(value, str) else value


def _clean(text: str) -> str:
    """Without NUL and halves of characters."""
    if "\0" in text:
        text = text.replace("\0", "")
    return text if text.isascii() else text.encode("utf-8", "ignore").decode("utf-8")

"""What people send with forms: typed values kept, errors beside the fields."""

from dataclasses import dataclass
from http import HTTPStatus

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from alongside.errors import AlongsideError, BadRequest, Invalid, TooLarge, UnsupportedMediaType
from alongside.web.problems import validated

__all__ = ["Form", "FormErrors", "Upload", "form_data", "validated"]

_KINDS = ("application/x-www-form-urlencoded", "multipart/form-data")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a form, read whole."""

    filename: str
    media_type: str
    content: bytes


class Form(dict[str, str | list[str]]):
    """A form's fields by name: text, or a list where a name came several times."""

    def __init__(self) -> None:
        super().__init__()
        self.files: dict[str, Upload] = {}

    def text(self, name: str, default: str = "") -> str:
        """Return a field's text without blanks around it; the last one if there are several."""
        value = self.get(name, default)
        return (value[-1] if isinstance(value, list) else value).strip()

    def many(self, name: str) -> list[str]:
        """Return every value of a name, such as of checkboxes."""
        value = self.get(name, [])
        return list(value) if isinstance(value, list) else [value]

    def is_on(self, name: str) -> bool:
        """Tell whether a checkbox was on."""
        return bool(self.text(name))

    def add(self, name: str, value: str) -> None:
        """Take in one more value of a name."""
        if name not in self:
            self[name] = value
        else:
            self[name] = [*self.many(name), value]


class FormErrors(dict[str, str]):
    """Messages by field name; "_" speaks about the form as a whole. The first one of a field stays."""

    @classmethod
    def of(cls, error: AlongsideError) -> "FormErrors":
        """Return a refusal's messages: beside the fields, or above the form for what is about all of it."""
        return cls(error.fields or {"_": error.detail})

    def add(self, name: str, message: str) -> None:
        """Note what is wrong with a field."""
        self.setdefault(name, message)

    def raise_if_any(self) -> None:
        """Raise `Invalid` if anything is wrong."""
        if self:
            raise Invalid.many(self)


async def form_data(
    request: Request, *, max_fields: int = 2000, max_files: int = 1, max_upload: int = 512 * 1024
) -> Form:
    """Return a sent form, urlencoded or multipart; refuse another kind, too much of it, or rubbish.

    The route's body limit (1 MiB unless it says otherwise) holds besides.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in _KINDS:
        raise UnsupportedMediaType("Send this as a form.")
    try:
        sent = await request.form(
            max_fields=max_fields, max_files=max_files, max_part_size=256 * 1024
        )
    except HTTPException as error:
        if error.status_code == HTTPStatus.BAD_REQUEST:
            too_much = "exceeded" in error.detail or "Too many" in error.detail
            refusal = TooLarge if too_much else BadRequest
            raise refusal(f"The form cannot be taken: {error.detail}") from error
        raise
    form = Form()
    try:
        for name, value in sent.multi_items():
            if isinstance(value, UploadFile):
                await _take_upload(form, name, value, max_upload)
            else:
                form.add(name, _clean(value))
    finally:
        await sent.close()
    return form


async def _take_upload(form: Form, name: str, file: UploadFile, max_upload: int) -> None:
    content = await file.read(max_upload + 1)
    if len(content) > max_upload:
        raise TooLarge(f"The file is larger than {max_upload // 1024} KiB.", field=name)
    if file.filename:
        form.files[name] = Upload(file.filename, file.content_type or "", content)


def _clean(value: str) -> str:
    # Browsers send line ends as CRLF; NUL cannot be stored by PostgreSQL.
    return value.replace("\r\n", "\n").replace("\x00", "")

"""What a file must be to be kept as a certificate: a PDF, PNG or JPEG in which nothing acts.

A file is judged by what it is, never by its name or by what a browser calls it. It is only ever
handed out as a download under our own content type; what is refused here is refused besides.
"""

import hashlib
import re
import unicodedata
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict

from alongside.errors import Invalid, TooLarge

LARGEST = 5 * 1024 * 1024
"""Bytes of one file."""

QUOTA = 100 * 1024 * 1024
"""Bytes of all files of one person."""

MediaType = Literal["application/pdf", "image/png", "image/jpeg"]

ENDINGS: dict[MediaType, str] = {
    "application/pdf": ".pdf",
    "image/png": ".png",
    "image/jpeg": ".jpg",
}

_TAKEN = "A certificate is a PDF, PNG or JPEG file."
_LONGEST_NAME = 80
_MOST_PIXELS = 100_000_000
_RESERVED = re.compile(r"(?i)^(con|prn|aux|nul|com\d|lpt\d)$")
_NOT_IN_NAMES = re.compile(r"[^\w .()&+-]")


class Certificate(BaseModel):
    """A file as the record names it: by its content's SHA-256."""

    model_config = ConfigDict(frozen=True)

    sha256: str
    name: str
    """Made safe, with the ending of what it is."""
    media_type: MediaType
    size: int


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A file that may be kept. Of a picture, what hung behind its end is cut off."""

    certificate: Certificate
    content: bytes


def checked_file(content: bytes, name: str, field: str = "certificate") -> CheckedFile:
    """Return a file that may be kept; raise `TooLarge`, or `Invalid` that says what to do instead."""
    if len(content) > LARGEST:
        raise TooLarge(
            f"The file is larger than {LARGEST // 2**20} MB. Scan it in black and white, or at a "
            "lower resolution.",
            field=field,
        )
    try:
        kind, kept = _looked_at(content)
    except _Refused as refusal:
        raise Invalid(str(refusal), field=field) from None
    certificate = Certificate(
        sha256=hashlib.sha256(kept).hexdigest(),
        name=safe_name(name, kind),
        media_type=kind,
        size=len(kept),
    )
    return CheckedFile(certificate, kept)


def safe_name(name: str, kind: MediaType) -> str:
    """Return a file name without folders, controls or tricks, with the ending of what it is."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    stem = last.rpartition(".")[0] or last
    words = " ".join(_NOT_IN_NAMES.sub(" ", stem).split()).strip(" .-")[:_LONGEST_NAME].strip(" .")
    if not words or _RESERVED.match(words.partition(".")[0]):
        words = "certificate"
    return f"{words}{ENDINGS[kind]}"


class _Refused(Exception):
    """Why a file is not kept, in words for whoever sent it."""


def _looked_at(content: bytes) -> tuple[MediaType, bytes]:
    if not content:
        raise _Refused("The file is empty. Choose it again.")
    for start, kind, look in _TAKERS:
        if content.startswith(start):
            return kind, look(content)
    raise _Refused(_said_of(content))


def _said_of(content: bytes) -> str:
    head = content[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if content[4:8] == b"ftyp" and content[8:12] in _PHONE_PICTURES:
        return (
            f"This is a HEIC picture, which many computers cannot show. {_TAKEN} "
            "Set the phone's camera to “Most compatible”, or send a screenshot."
        )
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return f"This is a WebP picture. {_TAKEN} Save it as PNG or JPEG."
    if content.startswith(b"PK"):
        return f"This is a ZIP or Office file. {_TAKEN} Save the document as PDF."
    if b"%pdf-" in head:
        return f"This PDF has something before its beginning. {_AGAIN}"
    return _TAKEN


_AGAIN = "Open it and print it to a new PDF, or send a screenshot."
_PHONE_PICTURES = (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"heim", b"heis", b"avif")
_BROKEN = "The picture is not whole. Save it again, or take a new one."

_PNG = b"\x89PNG\r\n\x1a\n"


def _png(content: bytes) -> bytes:
    """Walk a PNG's chunks, each with its checksum; return it up to its end."""
    at, seen_data = len(_PNG), False
    while True:
        length = int.from_bytes(content[at : at + 4])
        kind = content[at + 4 : at + 8]
        end = at + 12 + length
        if len(kind) < 4 or end > len(content):  # noqa: PLR2004  # a chunk's name has four letters
            raise _Refused(_BROKEN)
        if zlib.crc32(content[at + 4 : end - 4]) != int.from_bytes(content[end - 4 : end]):
            raise _Refused(_BROKEN)
        if at == len(_PNG):
            if kind != b"IHDR" or length != 13:  # noqa: PLR2004  # as the format has it
                raise _Refused(_BROKEN)
            _sized(
                int.from_bytes(content[at + 8 : at + 12]),
                int.from_bytes(content[at + 12 : at + 16]),
            )
        seen_data = seen_data or kind == b"IDAT"
        if kind == b"IEND":
            if not seen_data:
                raise _Refused(_BROKEN)
            return content[:end]
        at = end


_PLAIN_MARKERS = frozenset({0x01, *range(0xD0, 0xD8)})
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_END, _SCAN = 0xD9, 0xDA
_MARKER = re.compile(rb"\xff+([^\x00\xff])")
# One 0xFF, not a run of them: looking for runs would take forever in a file of nothing else.
_MARKER_IN_DATA = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")


def _jpeg(content: bytes) -> bytes:
    """Walk a JPEG's segments and scans; return it up to its end."""
    at, framed = 2, False
    while True:
        found = _MARKER.match(content, at)
        if found is None:
            raise _Refused(_BROKEN)
        marker, at = found[1][0], found.end()
        if marker == _END:
            if not framed:
                raise _Refused(_BROKEN)
            return content[:at]
        if marker in _PLAIN_MARKERS:
            continue
        length = int.from_bytes(content[at : at + 2])
        if length < 2 or at + length > len(content):  # noqa: PLR2004  # the length counts itself
            raise _Refused(_BROKEN)
        if marker in _FRAMES:
            framed = True
            _sized(
                int.from_bytes(content[at + 5 : at + 7]),
                int.from_bytes(content[at + 3 : at + 5]),
            )
        at += length
        if marker == _SCAN:
            after = _MARKER_IN_DATA.search(content, at)
            if after is None:
                raise _Refused(_BROKEN)
            at = after.start()


def _sized(width: int, height: int) -> None:
    if not 0 < width * height <= _MOST_PIXELS:
        raise _Refused("The picture is too large to be shown. Make it smaller, please.")


def _pdf_name(name: str) -> bytes:
    """Return a pattern of a PDF name, in which any letter may be written as #hex."""
    letters = (
        f"(?:{re.escape(letter)}|#(?i:{ord(letter):02x}))" for letter in name.removeprefix("/")
    )
    return b"/" + "".join(letters).encode()


# Names that a reader acts on. JavaScript runs by an action of that name only, so the short /JS,
# which any picture's bytes contain by chance, need not be looked for.
_ACTIVE: tuple[tuple[re.Pattern[bytes], str], ...] = (
    (re.compile(_pdf_name("/JavaScript")), "a script"),
    (re.compile(_pdf_name("/Launch")), "something that starts a program"),
    (re.compile(_pdf_name("/EmbeddedFile")), "another file inside"),
    (re.compile(_pdf_name("/RichMedia")), "a film or sound"),
    (re.compile(_pdf_name("/Rendition")), "a film or sound"),
    (re.compile(_pdf_name("/XFA") + rb"(?=[\s\[<(/\d])"), "a form that acts"),
    (re.compile(_pdf_name("/SubmitForm")), "a form that sends itself"),
    (re.compile(_pdf_name("/ImportData")), "a form that reads files"),
    (re.compile(_pdf_name("/GoToE")), "another file inside"),
)
_LOCKED = re.compile(_pdf_name("/Encrypt") + rb"(?=[\s<\d])")
_PACKED = re.compile(_pdf_name("/ObjStm"))
_STREAM = re.compile(rb"\bstream[ \t]*(?:\r\n|\n|\r)")
_NUMBERS = re.compile(rb"\s*\d[\d\s]*")
_UNUSUAL = f"This PDF is packed in an unusual way. {_AGAIN}"
_MOST_STREAMS = 5_000
_UNPACKED_AT_MOST = 32 * 1024 * 1024
_TAIL = 64 * 1024 + 22
"""Where the index of a ZIP archive would stand."""


def _pdf(content: bytes) -> bytes:
    """Look for what acts, also where objects are packed; return the file as it is."""
    end = content.rfind(b"%%EOF")
    if end < 0 or b"startxref" not in content[-4096:]:
        raise _Refused(f"This PDF is not whole. {_AGAIN}")
    if content[end + 5 :].strip(b"\r\n\t \x00\x1a") or b"PK\x05\x06" in content[-_TAIL:]:
        raise _Refused(f"This PDF has something behind its end. {_AGAIN}")
    if _LOCKED.search(content):
        raise _Refused(f"This PDF is locked, so it cannot be looked into. {_AGAIN}")
    _quiet(content)
    for unpacked in _packed_objects(content):
        _quiet(unpacked)
    return content


def _quiet(text: bytes) -> None:
    for pattern, what in _ACTIVE:
        if pattern.search(text):
            raise _Refused(f"This PDF has {what}, which a certificate does not need. {_AGAIN}")


def _packed_objects(content: bytes) -> Iterator[bytes]:
    """Yield what object streams hold. Their labels may lie, so every stream is looked at."""
    whole = memoryview(content)
    before = total = 0
    for number, found in enumerate(_STREAM.finditer(content)):
        labelled = _PACKED.search(content, before, found.start()) is not None
        before = found.end()
        if number >= _MOST_STREAMS:
            raise _Refused(_UNUSUAL)
        try:
            head = zlib.decompressobj().decompress(whole[before : before + 4096], 64)
            if not labelled and not _NUMBERS.match(head):
                continue
            body = zlib.decompressobj().decompress(whole[before:], _UNPACKED_AT_MOST - total + 1)
        except zlib.error:
            if labelled:
                raise _Refused(_UNUSUAL) from None
            continue
        total += len(body)
        if total > _UNPACKED_AT_MOST:
            raise _Refused(f"This PDF unpacks to too much. {_AGAIN}")
        yield body
    if _PACKED.search(content, before):
        raise _Refused(_UNUSUAL)


_TAKERS: tuple[tuple[bytes, MediaType, Callable[[bytes], bytes]], ...] = (
    (b"%PDF-1.", "application/pdf", _pdf),
    (b"%PDF-2.", "application/pdf", _pdf),
    (_PNG, "image/png", _png),
    (b"\xff\xd8\xff", "image/jpeg", _jpeg),
)

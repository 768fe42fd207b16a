"""Files sent as certificates: judged by what they are; what could act is refused, kindly."""

import zlib

import pytest

from alongside.errors import Invalid, TooLarge
from alongside_logbook.domain.certificates import LARGEST, checked_file, safe_name
from logbook.papers import jpeg, pdf, png

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("content", "media_type", "name"),
    [
        (pdf(), "application/pdf", "Paper.pdf"),
        (pdf(packed=b"1 0 << /Type /Page >>"), "application/pdf", "Paper.pdf"),
        (png(), "image/png", "Paper.png"),
        (jpeg(), "image/jpeg", "Paper.jpg"),
    ],
)
def test_what_it_is_is_found_out(content, media_type, name):
    # The name says HTML; what is inside decides.
    kept = checked_file(content, "Paper.html")
    assert (kept.certificate.media_type, kept.certificate.name) == (media_type, name)
    assert kept.content == content
    assert kept.certificate.size == len(content)


def chunked_bomb() -> bytes:
    return zlib.compress(b"1 0 " + b" " * 40_000_000, 9)


REFUSED = {
    "nothing": (b"", "empty"),
    "a page": (b"<!doctype html><script>alert(1)</script>", "PDF, PNG or JPEG"),
    "a drawing": (b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", "PDF, PNG or JPEG"),
    "an archive": (b"PK\x03\x04" + b"\0" * 40, "ZIP or Office"),
    "an archive called PDF": (b"PK\x03\x04%PDF-1.7 %%EOF", "ZIP or Office"),
    "a phone's picture": (b"\0\0\0\x18ftypheic" + b"\0" * 20, "Most compatible"),
    "WebP": (b"RIFF\x10\0\0\0WEBPVP8 ", "WebP"),
    "GIF with a script": (b"GIF89a/*", "PDF, PNG or JPEG"),
    "only the beginning of a PNG": (b"\x89PNG\r\n\x1a\n<script>", "not whole"),
    "a PNG whose bytes were changed": (png().replace(b"IDAT", b"IDAX", 1), "not whole"),
    "a PNG cut off": (png()[:-6], "not whole"),
    "a PNG of a billion pixels": (png(width=60_000, height=60_000), "too large to be shown"),
    "only the beginning of a JPEG": (b"\xff\xd8\xff\xe0<html>", "not whole"),
    "a JPEG without its end": (jpeg()[:-2], "not whole"),
    "a JPEG without a picture": (b"\xff\xd8\xff\xd9", "not whole"),
    "a JPEG of nothing but padding": (jpeg()[:-2] + b"\xff" * 4_000_000 + b"\0", "not whole"),
    "a PDF cut off": (pdf()[:-30], "not whole"),
    "something before a PDF": (b"<script>1</script>" + pdf(), "before its beginning"),
    "something behind a PDF": (pdf() + b"<script>1</script>", "behind its end"),
    "an archive behind a PDF": (pdf() + b"PK\x05\x06" + b"\0" * 18, "behind its end"),
    "a script": (pdf(b"/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>"), "a script"),
    "a script spelled oddly": (pdf(b"/AA << /S /Jav#61Scri#70t >>"), "a script"),
    "a script in packed objects": (pdf(packed=b"1 0 << /S /JavaScript >>"), "a script"),
    "a script packed without a label": (
        pdf(packed=b"1 0 << /S /JavaScript >>", label=b"/Type /XObject"),
        "a script",
    ),
    "a program": (pdf(b"/A << /S /Launch /F (x.exe) >>"), "starts a program"),
    "a file inside": (pdf(b"/Names << /EmbeddedFiles 9 0 R >>"), "another file inside"),
    "a form that acts": (pdf(b"/AcroForm << /XFA 7 0 R >>"), "a form that acts"),
    "a film": (pdf(b"/Subtype /RichMedia"), "a film"),
    "a lock": (pdf(b"/Encrypt 8 0 R"), "locked"),
    "packed objects that cannot be read": (pdf(stream=b"not packed"), "unusual"),
    "a bomb": (pdf(stream=chunked_bomb()), "unpacks to too much"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_refused_says_what_to_do(what):
    content, said = REFUSED[what]
    with pytest.raises(Invalid, match=said) as refused:
        checked_file(content, "certificate.pdf")
    assert refused.value.field == "certificate"


def test_what_is_too_large_is_refused_before_it_is_looked_at():
    with pytest.raises(TooLarge, match="5 MB"):
        checked_file(b"\0" * (LARGEST + 1), "big.pdf")


@pytest.mark.parametrize("picture", [png(), jpeg()])
def test_what_hangs_behind_a_picture_is_cut_off(picture):
    kept = checked_file(picture + b"PK\x03\x04 an archive <script>", "both.png")
    assert kept.content == picture


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\ann\\My certificate (1).PDF", "My certificate (1).pdf"),
        ("evil.pdf\r\nSet-Cookie: a=b", "evil.pdf"),
        ('quote".html', "quote.pdf"),
        ("\u202efdp.exe", "fdp.pdf"),
        ("...", "certificate.pdf"),
        ("", "certificate.pdf"),
        ("con.png", "certificate.pdf"),
        ("é" * 200 + ".pdf", "é" * 80 + ".pdf"),
        (".htaccess", "htaccess.pdf"),
    ],
)
def test_a_name_keeps_nothing_that_could_lead_elsewhere(sent, kept):
    assert safe_name(sent, "application/pdf") == kept

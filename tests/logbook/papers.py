"""Small whole files as tests send them: a PDF, a PNG, a JPEG."""

import zlib


def png(*, width: int = 1, height: int = 1) -> bytes:
    """Return a grey picture. With other sizes it only claims to be that large."""
    size = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    chunks = (
        (b"IHDR", size + b"\x08\0\0\0\0"),
        (b"IDAT", zlib.compress(b"\0\x80")),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")
        for kind, body in chunks
    )


def jpeg() -> bytes:
    """Return the outline of a JPEG: a header, a frame of 8 by 8, a scan with a restart, an end."""
    header = b"\xff\xe0\x00\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0"
    frame = b"\xff\xc0\x00\x0b\x08\x00\x08\x00\x08\x01\x01\x11\x00"
    scan = b"\xff\xda\x00\x08\x01\x01\0\0\x3f\0" + b"\x12\xff\x00\x34\xff\xd0\x56"
    return b"\xff\xd8" + header + frame + scan + b"\xff\xd9"


def pdf(
    facts: bytes = b"",
    *,
    packed: bytes | None = None,
    stream: bytes | None = None,
    label: bytes = b"/Type /ObjStm",
) -> bytes:
    """Return a small PDF; `facts` stand in its catalog, `packed` in an object stream."""
    objects = b"1 0 obj\n<< /Type /Catalog /Pages 2 0 R " + facts + b" >>\nendobj\n"
    body = zlib.compress(packed) if packed is not None else stream
    if body is not None:
        objects += (
            b"3 0 obj\n<< " + label + b" /N 1 /First 4 /Filter /FlateDecode /Length "
            + str(len(body)).encode() + b" >>\nstream\n" + body + b"\nendstream\nendobj\n"
        )  # fmt: skip
    return b"%PDF-1.7\n" + objects + b"trailer\n<< /Root 1 0 R >>\nstartxref\n9\n%%EOF\n"

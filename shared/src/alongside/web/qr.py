"""A code that a phone's camera reads."""

import io

import segno
from markupsafe import Markup


def qr_code(text: str, label: str) -> Markup:
    """Return an inline SVG of an address; the label is read aloud."""
    drawn = io.BytesIO()
    segno.make(text, error="m").save(
        drawn,
        kind="svg",
        scale=4,
        border=2,
        xmldecl=False,
        svgns=False,
        title=label,
        light="#ffffff",
        nl=False,
    )
    return Markup(drawn.getvalue().decode())  # noqa: S704  # drawn by us; the label is escaped

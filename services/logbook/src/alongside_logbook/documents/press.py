"""Typesets one document. A program of its own, run by path: `python -I press.py < job > file`.

The typesetter keeps what it worked out for as long as its process lives, a hundred megabytes and
more after some long tables; so each document has a process of its own, which starts in 20 ms. It
gets JSON on standard input (template, data, format, ppi, pages) and gives the file on standard
output, or code 1 and the reason on standard error.

Only the typefaces inside of the typst wheel are used, whatever else the machine has: Libertinus,
New Computer Modern (SIL OFL, GUST) and DejaVu. A character that none of them has is named in
square brackets: an accessible PDF must not contain a box that says nothing.
"""

import json
import re
import sys
import unicodedata

import typst

_TRIES = 6
_UNSHOWN = re.compile(r'the text `"((?:[^"\\]|\\.)*)"` could not be displayed')
_ESCAPED = re.compile(r"\\u\{([0-9a-fA-F]+)\}")


def named(text: str) -> str:
    """Return what stands for characters that no typeface has: `[seedling]`, `[U+6F22]`."""
    return "".join(_name(letter) for letter in text)


def _name(letter: str) -> str:
    kind = unicodedata.category(letter)
    if kind in {"Cf", "Cc", "Mn"}:
        return ""
    if kind == "So":
        return f"[{unicodedata.name(letter, f'U+{ord(letter):04X}').lower()}]"
    return f"[U+{ord(letter):04X}]"


def without(value: object, unshown: list[str]) -> object:
    """Return data in which these texts are named instead of shown."""
    if isinstance(value, str):
        for text in unshown:
            value = value.replace(text, named(text))
        return value
    if isinstance(value, list):
        return [without(each, unshown) for each in value]
    if isinstance(value, dict):
        return {name: without(each, unshown) for name, each in value.items()}
    return value


def press(job: dict[str, object]) -> bytes:
    """Return the file of a job; raise `typst.TypstError` if it cannot be made."""
    fonts = typst.Fonts(include_system_fonts=False)
    data = job["data"]
    drawn = job["format"] == "png"
    for attempt in range(_TRIES):
        try:
            made = typst.compile(
                str(job["template"]).encode(),
                format="png" if drawn else "pdf",
                ppi=float(str(job.get("ppi", 72))),
                font_paths=fonts,
                sys_inputs={"data": json.dumps(data)},
                pdf_standards=[] if drawn else "ua-1",
            )
        except typst.TypstError as error:
            unshown = [
                _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
                for text in _UNSHOWN.findall(f"{error.diagnostic}\n{error}")
            ]
            if not unshown or attempt == _TRIES - 1:
                raise
            data = without(data, sorted(set(unshown), key=len, reverse=True))
        else:
            return made[0] if isinstance(made, list) else made
    raise AssertionError


def main() -> int:
    """Do the one job; return the exit code."""
    job = json.load(sys.stdin)
    try:
        made = press(job)
    except typst.TypstError as error:
        sys.stderr.write(f"{error}\n{error.diagnostic}\n")
        return 1
    sys.stdout.buffer.write(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())

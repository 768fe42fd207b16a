"""An installation's own mail templates: what is wrong with them is found at the start, by line."""

import traceback
from collections.abc import Collection, Iterator
from pathlib import Path

from jinja2 import TemplateError, TemplateSyntaxError, nodes
from jinja2.meta import find_undeclared_variables

from alongside.errors import AlongsideError
from alongside_notifier.domain.words import LANGUAGES, Language
from alongside_notifier.letters import (
    FILES,
    FRAME,
    KINDS,
    OWN_FOLDER,
    SHARED,
    Letters,
    folder_of,
)
from alongside_notifier.samples import Samples


class BrokenTemplates(AlongsideError):
    """A mail template of this installation cannot be used."""

    code = "broken_templates"
    status = 500
    title = "Broken mail template"

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def letters_of(data: Path) -> Letters:
    """Return the letters of an installation; raise `BrokenTemplates` if its own cannot be used."""
    own = data / OWN_FOLDER
    files = _files(own)
    if not files:
        return Letters()
    letters = Letters(own)
    problems = tuple(_problems(own, files, letters))
    if problems:
        raise BrokenTemplates(problems)
    return letters


def _files(own: Path) -> list[str]:
    """Return what is in the folder; what editors and versions leave there is nobody's letter."""
    if not own.is_dir():
        return []
    names = [path.relative_to(own) for path in own.rglob("*") if path.is_file()]
    return sorted(
        name.as_posix()
        for name in names
        if not any(part.startswith(".") for part in name.parts)
        and not name.name.endswith(("~", ".md"))
    )


def _problems(own: Path, files: Collection[str], letters: Letters) -> Iterator[str]:
    samples = {each: _samples(letters, each) for each in LANGUAGES}
    shipped = _samples(Letters(), "en")
    sound = True
    for name in files:
        _, within = _language_of(name)
        kind, _, file = within.rpartition("/")
        if within not in SHARED and not (kind in KINDS and file in FILES):
            sound = False
            yield f"{own / name}: no letter has this file. {_expected(kind)}"
            continue
        known = set(shipped.facts(kind)) if kind in shipped.kinds else None
        found = list(_wrong_in(own / name, name, letters, known))
        sound = sound and not found
        yield from found
    if not sound:
        return
    for language, kind in _concerned(files):
        if kind not in samples[language].kinds:
            continue
        try:
            samples[language].sample(kind)
        except Exception as error:  # noqa: BLE001  # whatever a template may do wrong
            yield _where(own, f"{folder_of(language)}{kind}", error)


def _samples(letters: Letters, language: Language) -> Samples:
    return Samples(letters, "Sample Association", "https://hours.example.org", language)


def _language_of(name: str) -> tuple[Language, str]:
    """Return which language a file is for, and its name within the templates of that language."""
    for language in LANGUAGES:
        folder = folder_of(language)
        if folder and name.startswith(folder):
            return language, name.removeprefix(folder)
    return "en", name


def _concerned(files: Collection[str]) -> list[tuple[Language, str]]:
    """Return which letters these files go into. The frame of English is that of all."""
    read = [_language_of(name) for name in files]
    return [
        (language, kind)
        for language in LANGUAGES
        for kind in KINDS
        if any(
            (spoken == language and name in {*SHARED, *(f"{kind}/{file}" for file in FILES)})
            or name == FRAME
            for spoken, name in read
        )
    ]


def _wrong_in(path: Path, name: str, letters: Letters, known: set[str] | None) -> Iterator[str]:
    """Return what can be seen without writing a letter."""
    environment = letters.environment
    try:
        tree = environment.parse(path.read_text("utf-8"), name, str(path))
    except OSError as error:
        yield f"{path}: cannot be read: {error.strerror}."
        return
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        yield f"{path}:{line}: this is not UTF-8."
        return
    except TemplateSyntaxError as error:
        yield f"{path}:{error.lineno}: {error.message}"
        return
    if known is None:
        return
    unknown = find_undeclared_variables(tree) - known
    for node in tree.find_all(nodes.Name):
        if node.name in unknown and node.ctx == "load":
            unknown.discard(node.name)
            yield (
                f"{path}:{node.lineno}: {node.name!r} is nothing this letter knows. "
                f"It knows {', '.join(sorted(known))}."
            )


def _where(own: Path, kind: str, error: Exception) -> str:
    """Return file and line of what went wrong while a letter was written."""
    said = error.message if isinstance(error, TemplateError) and error.message else str(error)
    if isinstance(error, TemplateSyntaxError):
        return f"{error.filename or own / kind}:{error.lineno}: {said}"
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(own)]
    if ours:
        return f"{ours[-1].filename}:{ours[-1].lineno}: {said}"
    return f"{own / kind}: the letter {kind!r} cannot be written: {said}"


def _expected(kind: str) -> str:
    if kind in KINDS:
        return f"There are {', '.join(FILES)}."
    return (
        f"The folders are {', '.join(KINDS)}; beside them, {' and '.join(SHARED)}; "
        "all of that below es/ for Spanish."
    )

"""A goal on a document: what hours are counted toward, and what is said about it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from alongside_logbook.domain.documents import Kind, Totals, Trainings
from alongside_logbook.domain.hours_sheets import Line, counted
from alongside_logbook.domain.packs import Pack
from alongside_logbook.domain.progress import Progress
from alongside_logbook.domain.sheet import hours
from alongside_logbook.domain.words import counted as say_count
from alongside_logbook.domain.words import duration

_PURPOSES = {
    "apply": "to apply",
    "renew": "to renew",
    "ers": "reflective supervisor add-on",
    "reinstate": "to take it up again",
}


@dataclass(frozen=True, slots=True)
class Toward:
    """A goal hours are counted toward, as it was last worked out."""

    name: str
    progress: Progress
    pack: Pack
    main: bool
    """The category the person pursues."""

    @property
    def title(self) -> str:
        """The goal in words."""
        purpose = _PURPOSES.get(self.pack.purpose, self.pack.purpose)
        return f"{self.pack.title} ({self.pack.category}), {purpose}"


def figures_of(
    totals: Totals, toward: Toward | None, lines: Sequence[Line]
) -> list[tuple[str, str]]:
    figures = [
        ("Hours confirmed by both", hours(totals.minutes)),
        (
            say_count(totals.sessions, "session").partition(" ")[2].capitalize(),
            str(totals.sessions),
        ),
        ("Provider" if totals.providers == 1 else "Providers", str(totals.providers)),
    ]
    if totals.open_minutes:
        figures.append(("Hours to be confirmed, not in the total", hours(totals.open_minutes)))
    if toward is not None:
        sums = counted(lines, toward.pack)
        main = next((each for each in toward.pack.requirements if each.id in sums), None)
        if main is not None:
            figures.append((f"Hours counted toward {toward.name}", hours(sums[main.id])))
    return figures


def notes_of(kind: Kind, totals: Totals, taught: Trainings, toward: Toward | None) -> Iterable[str]:
    """Return what is to be said of the figures."""
    if kind != "trainings":
        if toward is not None:
            yield _standing(toward)
        if totals.open_sessions:
            yield (
                f"{say_count(totals.open_sessions, 'session')} with {duration(totals.open_minutes)} "
                "are recorded but not confirmed by both: they are in no total."
            )
        if totals.withdrawn:
            yield f"{say_count(totals.withdrawn, 'entry', 'entries')} taken back: left out."
    if kind in {"trainings", "yearly"}:
        if taught.withdrawn:
            yield f"{say_count(taught.withdrawn, 'training')} taken back: left out."
        yield "Trainings are as the person logged them; certificates are kept with the log."
    if kind == "yearly":
        yield "EASy registration, to be filled in by hand: number ____________ since ____________"
        yield "Agency, to be filled in by hand: ____________________________________"


def _standing(toward: Toward) -> str:
    progress = toward.progress
    sentence = (
        "Appears to meet the hours."
        if progress.appears_met
        else " ".join(progress.missing) or "Does not appear to meet the hours yet."
    )
    return (
        f"{toward.title}, judged on {progress.as_of.isoformat()} over its best period: "
        f"{sentence} Only the association decides."
    )

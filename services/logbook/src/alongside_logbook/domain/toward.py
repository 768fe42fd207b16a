"""A goal on a document: what hours are counted toward, and what is said about it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from alongside_logbook.domain.papers.documents import Kind, Totals, Trainings
from alongside_logbook.domain.papers.hours_sheets import Line, counted
from alongside_logbook.domain.papers.sheet import Column, Sheet, hours, short_day
from alongside_logbook.domain.progress import Progress
from alongside_logbook.domain.rules.packs import Pack
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
    whole: bool = False
    """The document is about the goal's own period, so progress and document speak of the same days."""

    @property
    def title(self) -> str:
        """The goal in words: `Infant Family Specialist (IFS), to apply`."""
        return f"{self.pack.title} ({self.pack.category}), {self._purpose}"

    @property
    def short(self) -> str:
        """The goal in few words: `IFS, to apply`."""
        return f"{self.pack.category}, {self._purpose}"

    @property
    def _purpose(self) -> str:
        return _PURPOSES.get(self.pack.purpose, self.pack.purpose)


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
        main = next((each for each in toward.progress.buckets if each.of is None), None)
        if main is not None and main.id in sums:
            done = main.counted if toward.whole else sums[main.id]
            asked = f" of {hours(main.required)}" if toward.whole else ""
            figures.append((f"Hours counted toward {toward.short}", f"{hours(done)}{asked}"))
    return figures


def notes_of(kind: Kind, totals: Totals, taught: Trainings, toward: Toward | None) -> Iterable[str]:
    """Return what is to be said of the figures."""
    if toward is not None and kind != "yearly":
        yield _standing(kind, toward)
    if kind != "trainings":
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


def _standing(kind: Kind, toward: Toward) -> str:
    progress = toward.progress
    met = progress.training_met if kind == "trainings" else progress.appears_met
    missing = progress.missing_trainings if kind == "trainings" else progress.missing
    sentence = (
        "Appears to meet the hours."
        if met
        else " ".join(missing) or "Does not appear to meet the hours yet."
    )
    return (
        f"{toward.title}, judged on {short_day(progress.as_of)} over its best period: {sentence} "
        "Only the association decides."
    )


def trainings_asked(toward: Toward) -> Sheet:
    """Return what a goal asks of trainings, and what appears to be there."""
    return Sheet(
        title=f"Toward {toward.name}",
        lead="A training can be in several lines and counts once toward the whole.",
        columns=(
            Column(name="What is asked", width=3),
            Column(name="Hours asked", kind="hours"),
            Column(name="Hours counted", kind="hours"),
            Column(name="Still missing", kind="hours"),
        ),
        rows=tuple(
            (each.label, each.required, each.counted, each.missing)
            for each in toward.progress.trainings
        ),
        empty="It asks for no trainings.",
    )

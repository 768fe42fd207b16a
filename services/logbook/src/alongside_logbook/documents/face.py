"""What stands on a document around its tables: the same in every format."""

from datetime import datetime

from alongside.zones import zone
from alongside_logbook.domain.papers.documents import KINDS, Facts, Piece, spelled
from alongside_logbook.domain.papers.sheet import ROUNDING, Content, short_day, short_time

MARKS = (
    "This is not an EASy form, and nobody at an association or at the Alliance has reviewed or approved "
    "it. Totals say what appears to be met; only the association decides. IMH-E®, ECMH-E® and "
    "Endorsement® are registered marks of their owners."
)
NO_CONTENT = "It holds nothing about families, children or what was talked about."


class Face(Piece):
    """A document, ready to be written in any format."""

    title: str
    person: str
    lead: str
    description: str
    period: str
    issued_at: datetime
    issued_by: str
    facts: tuple[tuple[str, str], ...]
    code: str
    """Empty in a preview."""
    check: str
    check_short: str
    notes: tuple[str, ...]
    content: Content

    @property
    def lines(self) -> int:
        """How many lines its tables have."""
        return sum(len(sheet.rows) for sheet in self.content.sheets)


def face_of(facts: Facts, content: Content, code: str, origin: str) -> Face:
    """Return how a document looks; without a code it is a preview of one."""
    issued = short_time(facts.issued_at.astimezone(zone(facts.zone)))
    period = f"{short_day(facts.since)} to {short_day(facts.until)}"
    pairs = [
        ("For", facts.person),
        ("Period", period),
        *([("Toward", facts.goal_title)] if facts.goal_title else []),
        *([("Judged by the rules", f"{facts.pack}, as of the day of issue")] if facts.pack else []),
        ("Kept by", facts.association),
        ("Issued", f"{issued} ({facts.zone}) by {facts.issued_by}{_role(facts)}"),
    ]
    return Face(
        title=facts.title,
        person=facts.person,
        lead=KINDS[facts.kind][1],
        description=f"{facts.title} of {facts.person}, {period}",
        period=period,
        issued_at=facts.issued_at,
        issued_by=facts.issued_by,
        facts=tuple(pairs),
        code=code,
        check=f"{origin}/check/{spelled(code)}" if code else "",
        check_short=f"{origin.partition('://')[2]}/check",
        notes=(ROUNDING, *_proof(facts), f"{NO_CONTENT} {MARKS}"),
        content=content,
    )


def _role(facts: Facts) -> str:
    return f", coordinator, for {facts.person}" if facts.for_somebody else ""


def _proof(facts: Facts) -> tuple[str, ...]:
    lines = []
    if facts.kind != "trainings":
        lines.append(
            f"Hours: version {facts.position} of the person's history, sealed as {facts.head}."
        )
    if facts.kind in {"trainings", "yearly"}:
        lines.append(
            f"Trainings: version {facts.trainings_position} of that history, sealed as "
            f"{facts.trainings_head}."
        )
    return tuple(lines)

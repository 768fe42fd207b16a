"""The word of providers who sign in, on hours that others say they gave elsewhere."""

from pydantic import BaseModel, ConfigDict, Field

from alongside_logbook.domain.steps import unchanged
from alongside_logbook.domain.vouching import Answer, VouchLine, checked_answers
from alongside_logbook.handlers.actor import Actor
from alongside_logbook.handlers.progress import recompute
from alongside_logbook.handlers.vouching import Answered, decide
from alongside_logbook.store.uow import LogbookUow


class AnswerGiven(BaseModel):
    """What a provider who signs in says of hours that others say they gave."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    answers: tuple[Answer, ...] = Field(min_length=1, max_length=500)


async def answer_given(command: AnswerGiven, actor: Actor, uow: LogbookUow) -> Answered:
    """Take the word of a provider with an account: these are right, those are not."""
    known = await uow.outside.entries(answer.entry_id for answer in command.answers)
    for supervisee_id in sorted({row.supervisee_id for row in known.values()}):
        await uow.entries.hold(supervisee_id)
    known = await uow.outside.entries(known)
    entries = [
        row.current
        for row in known.values()
        if row.awaits == actor.person_id and row.status == "recorded"
    ]
    lines = [VouchLine(entry_id=each.entry_id, version=each.version) for each in entries]
    given = {answer.entry_id: answer for answer in command.answers}
    checked = checked_answers(lines, command.answers)
    confirmed = 0
    for entry in entries:
        unchanged(entry, given[entry.entry_id].version)
        _line, said = checked[entry.entry_id]
        await decide(entry, said, uow)
        confirmed += said.right
    for supervisee_id in sorted({entry.supervisee_id for entry in entries}):
        await recompute(supervisee_id, uow)
    return Answered(confirmed=confirmed, returned=len(entries) - confirmed)

"""My hours: drawn, explained, confirmed; and nobody sees what is not theirs."""

import re
from datetime import timedelta

import pytest

from alongside_logbook.domain.attendance import Departure
from logbook.office import KEY, Office, ers, text_of

pytestmark = pytest.mark.unit


async def a_year(office: Office, months: int = 10) -> None:
    starts = [f"2025-{month:02}-11T10:00" for month in range(13 - months, 13)]
    await office.series("s9", starts=tuple(starts), title="Last year")
    for start in starts:
        await office.record(start.replace("-", "").replace(":", ""), series_id="s9")


async def look(office: Office, who: str, path: str = "/hours") -> str:
    async with office.browser(who) as somebody:
        page = await somebody.get(path)
        assert page.status_code == 200
        return page.text


def awaiting(page: str) -> list[tuple[str, str]]:
    return list(dict.fromkeys(re.findall(r'name="entry" value="([^:"]+):(\d+)"', page)))


async def test_nothing_yet_says_what_will_be(circle):
    page = text_of(await look(circle, "ann"))
    assert "Infant Family Specialist (IFS)" in page
    assert "0 min of 24 h" in page
    assert "24 h more: at one 2 h meeting a month that is 12 more meetings." in page
    assert "No hours yet" in page


async def test_it_is_drawn_with_words_beside_it(circle):
    await a_year(circle)
    await circle.confirm_all("ann")
    await circle.record(KEY, Departure(person_id="ann", presence="late", minutes=90))
    html = await look(circle, "ann")
    page = text_of(html)
    assert html.count("<svg") > 5
    assert (
        'aria-label="Reflective supervision/consultation received: 20 h of 24 h, 1 h 30 min more waiting"'
        in html
    )
    assert "20 h of 24 h" in page
    assert "1 h 30 min to be confirmed 2 h 30 min missing" in page
    assert "2 h 30 min more: at one 2 h meeting a month that is 2 more meetings." in page
    assert "from Tue, Mar 11, 2025 to Wed, Mar 10, 2027" in page
    assert "Mar 2025 2 h 0 min 0 min" in page
    assert "Feb 2026 0 min 1 h 30 min 0 min" in page
    assert "With you 1 h 30 min in 1 entry" in page
    assert "a counted meeting on or after March 10, 2026 completes that" in page
    assert " style=" not in html
    assert "onclick" not in html


async def test_every_entry_says_what_it_counts_for_and_why(circle):
    await circle.record(KEY, Departure(person_id="bob", presence="absent"))
    await circle.confirm_all("ann")
    assert "Counts 2 h. The provider held ERS on February 10, 2026." in text_of(
        await look(circle, "ann")
    )
    bob = text_of(await look(circle, "bob"))
    assert "Absent: 0 minutes were attended." in bob
    assert "You were marked absent." in bob


async def test_confirming_one(circle):
    await circle.record(KEY)
    page = await look(circle, "ann")
    [(entry, version)] = awaiting(page)
    async with circle.browser("ann") as ann:
        sent = await ann.post("/hours/confirm", data={"entry": f"{entry}:{version}"})
        assert sent.status_code == 303
        after = text_of((await ann.get("/hours")).text)
    assert "1 entry confirmed." in after
    assert "Waiting for you" not in after
    assert "2 h of 24 h" in after


async def test_confirming_all_that_were_shown(circle):
    await a_year(circle, 3)
    page = await look(circle, "ann")
    assert "Confirm all 3" in text_of(page)
    shown = [f"{entry}:{version}" for entry, version in awaiting(page)]
    # What is recorded meanwhile was not seen, so it is not confirmed.
    await circle.record(KEY)
    async with circle.browser("ann") as ann:
        await ann.post("/hours/confirm", data={"entry": shown})
        after = await ann.get("/hours")
    assert "3 entries confirmed." in text_of(after.text)
    assert len(awaiting(after.text)) == 1


async def test_what_changed_since_it_was_seen_is_not_confirmed(circle):
    await circle.record(KEY)
    [(entry, version)] = awaiting(await look(circle, "ann"))
    await circle.record(KEY, Departure(person_id="ann", presence="absent"), reason="was_not_there")
    async with circle.browser("ann") as ann:
        sent = await ann.post("/hours/confirm", data={"entry": f"{entry}:{version}"})
    assert sent.status_code == 409
    assert "This entry changed since you looked at it." in text_of(sent.text)


@pytest.mark.parametrize("sent", ["", "nonsense", "x:", ":1", "x:y", f"{'x' * 65}:1"])
async def test_rubbish_confirms_nothing(circle, sent):
    await circle.record(KEY)
    async with circle.browser("ann") as ann:
        answer = await ann.post("/hours/confirm", data={"entry": sent})
    assert answer.status_code == (303 if not sent else 422)
    async with circle.app.uow() as uow:
        entries = await uow.entries.of_session("s1", KEY)
    assert entries["ann"].status == "recorded"


async def test_returning_needs_a_reason(circle):
    await circle.record(KEY)
    [(entry, version)] = awaiting(await look(circle, "ann"))
    async with circle.browser("ann") as ann:
        empty = await ann.post(f"/hours/{entry}/return", data={"reason": " ", "version": version})
        assert empty.status_code == 422
        assert "Say in a few words what is not right." in text_of(empty.text)
        done = await ann.post(
            f"/hours/{entry}/return", data={"reason": "Left early", "version": version}
        )
        assert done.status_code == 303
        page = text_of((await ann.get("/hours")).text)
        assert "With Pat 2 h in 1 entry" in page
        again = await ann.post(f"/hours/{entry}/return", data={"reason": "Other", "version": "2"})
        assert again.status_code == 409


async def test_an_entry_shows_its_history_and_its_proof(circle):
    await circle.record(KEY)
    [(entry, version)] = awaiting(await look(circle, "ann"))
    async with circle.browser("ann") as ann:
        await ann.post(f"/hours/{entry}/return", data={"reason": "Left early", "version": version})
        await circle.record(
            KEY,
            Departure(person_id="ann", presence="left_early", minutes=60),
            reason="minutes_wrong",
        )
        page = text_of((await ann.get(f"/hours/{entry}")).text)
    assert "Recorded: present, 2 h" in page
    assert "Returned: “Left early”" in page
    assert "Corrected to 1 h, left early (minutes were wrong)" in page
    assert "The history holds together" in page
    assert "1 h count once the supervisee has confirmed them." in page
    assert page.index("Corrected to") < page.index("Recorded: present")


async def test_a_met_requirement_only_appears_met(circle):
    await a_year(circle, 12)
    starts = ("2026-01-13T10:00", "2026-02-12T10:00")
    await circle.series("s8", starts=starts)
    for start in starts:
        await circle.record(start.replace("-", "").replace(":", ""), series_id="s8")
    await circle.confirm_all("ann")
    page = text_of(await look(circle, "ann"))
    assert "Appears to meet the hours" in page
    assert "Only your association decides." in page
    assert "approved" not in page.lower()


@pytest.mark.parametrize(
    ("who", "status"),
    [("ann", 200), ("pat", 200), ("cora", 200), ("bob", 404), ("eve", 404), ("lee", 404), (None, 303)],
)  # fmt: skip
async def test_who_may_see_whose_hours(circle, who, status):
    await circle.person("lee", "supervisor")
    await circle.record(KEY)
    [(entry, _)] = awaiting(await look(circle, "ann"))
    async with circle.browser(who) as somebody:
        for path in ("/hours?person=ann", f"/hours/{entry}"):
            answer = await somebody.get(path)
            assert answer.status_code == status, path
            if who in {"pat", "cora"}:
                assert "Ann" in text_of(answer.text)
                assert 'action="/hours/confirm"' not in answer.text


@pytest.mark.parametrize(("who", "status"), [("bob", 403), ("pat", 403), ("cora", 403)])
async def test_nobody_else_confirms_or_returns(circle, who, status):
    await circle.record(KEY)
    [(entry, version)] = awaiting(await look(circle, "ann"))
    async with circle.browser(who) as somebody:
        one = await somebody.post("/hours/confirm", data={"entry": f"{entry}:{version}"})
        two = await somebody.post(f"/hours/{entry}/return", data={"reason": "no"})
    assert (one.status_code, two.status_code) == (status, status)
    async with circle.app.uow() as uow:
        assert (await uow.entries.get(entry)).status == "recorded"


async def test_the_words_of_a_return_are_for_those_they_concern(circle):
    """A supervisor of another group sees the hours, but not what was said about them."""
    await circle.person("lee", "supervisor", credentials=(ers(),))
    await circle.series("s2", provider="lee", members=("ann",))
    await circle.record(KEY)
    [(entry, version)] = awaiting(await look(circle, "ann"))
    async with circle.browser("ann") as ann:
        await ann.post(
            f"/hours/{entry}/return", data={"reason": "A private word", "version": version}
        )
    for who, sees in (("pat", True), ("cora", True), ("lee", False)):
        for path in ("/hours?person=ann", f"/hours/{entry}"):
            assert ("A private word" in await look(circle, who, path)) is sees, (who, path)


@pytest.mark.parametrize(("pursuing", "said"), [(None, "No endorsement category is pursued"), ("IFA", "asks for no hours to apply")])  # fmt: skip
async def test_hours_are_kept_where_nothing_is_asked(circle, pursuing, said):
    await circle.person("ann", pursuing=pursuing)
    await circle.record(KEY)
    await circle.confirm_all("ann")
    page = text_of(await look(circle, "ann"))
    assert said in page
    assert "Attended 2 h" in page


async def test_a_mentor_sees_two_rings(circle):
    await circle.person("ann", pursuing="IMHM-C")
    html = await look(circle, "ann")
    assert html.count('class="ring"') == 2
    assert "25 h more about the RSC one gives" in text_of(html)


async def test_hours_that_age_out_are_announced(circle):
    await circle.series("s9", starts=("2024-03-20T10:00",), title="Long ago")
    await circle.record("20240320T1000", series_id="s9")
    await circle.confirm_all("ann")
    page = text_of(await look(circle, "ann"))
    assert "Hours about to age out" in page
    assert "the first leave the window on Fri, Mar 20, 2026" in page


async def test_many_entries_come_in_pages(circle):
    starts = tuple(f"2025-{1 + day // 25:02}-{1 + day % 25:02}T10:00" for day in range(60))
    await circle.series("s9", starts=starts, members=("ann",), minutes=30)
    for start in starts:
        await circle.record(start.replace("-", "").replace(":", ""), series_id="s9")
    first, second = await look(circle, "ann"), await look(circle, "ann", "/hours?page=2")
    assert first.count('data-label="Day"') == 12
    assert second.count('data-label="Day"') == 12
    assert first.count('name="version"') == 8
    assert "52 more follow after these." in text_of(first)
    async with circle.browser("ann") as ann:
        assert (await ann.get("/hours?page=0")).status_code == 422


async def test_progress_leads_to_where_it_is_shown(circle):
    async with circle.browser("ann") as ann:
        assert (await ann.get("/progress")).headers["location"] == "/hours"
    async with circle.browser("cora") as cora:
        assert (await cora.get("/progress")).headers["location"] == "/cohort"


async def test_somebody_nobody_knows_has_no_page(circle):
    async with circle.browser("cora") as cora:
        assert (await cora.get("/hours?person=nobody")).status_code == 404
        assert (await cora.get("/hours/nothing")).status_code == 404


async def test_a_supervisor_without_hours_of_their_own_has_a_page_all_the_same(circle):
    assert "No endorsement category is pursued" in text_of(await look(circle, "pat"))


async def test_somebody_who_left_is_refused(circle):
    await circle.person("ann", left_at=circle.clock.now() - timedelta(minutes=1))
    async with circle.browser("ann") as ann:
        assert (await ann.get("/hours")).status_code == 303

"""What people work toward: choosing, dropping, and every goal shown beside the others."""

from datetime import date

import pytest

from alongside.contracts import MilestoneReached, ProgressChanged
from logbook.office import KEY, Office, ers, text_of

pytestmark = pytest.mark.unit

IMHS = {"credential_id": "own", "kind": "IMHS", "valid_from": date(2020, 3, 1)}


async def look(office: Office, who: str, path: str = "/hours") -> str:
    async with office.browser(who) as somebody:
        page = await somebody.get(path)
        assert page.status_code == 200
        return page.text


async def choose(office: Office, who: str, **form: str):
    async with office.browser(who) as somebody:
        return await somebody.post("/hours/goals", data=form)


async def test_what_one_holds_is_renewed_and_shown(circle):
    await circle.person("ann", pursuing="IMHM-C", credentials=(IMHS,))
    await circle.record(KEY)
    await circle.confirm_all("ann")
    html = await look(circle, "ann")
    page = text_of(html)
    assert "Toward IMHM-C" in page
    assert "Renewal of IMHS" in page
    assert "2 h of 36 h, by December 31, 2027" in page
    assert 'href="/hours?goal=renew/IMHS"' in html
    first = text_of(await look(circle, "ann", "/hours?goal=renew/IMHS"))
    assert first.index("Renewal of IMHS") < first.index("Toward IMHM-C")
    assert "Only hours from Wed, Jan 1, 2025 to Fri, Dec 31, 2027 count." in first
    assert "34 h more by December 31, 2027" in first
    assert "45 h more of training by December 31, 2027" in first
    assert "Renew Fri, Oct 1, 2027 to Fri, Dec 31, 2027" in first


async def test_somebody_who_pursues_nothing_sees_the_renewal_first(circle):
    await circle.person("ann", credentials=(IMHS,))
    page = text_of(await look(circle, "ann"))
    assert "No endorsement category is pursued" not in page
    assert "Infant Mental Health Specialist (IMHS)" in page
    assert "Renewal of IMHS" in page


async def test_a_goal_is_chosen_and_dropped_and_who_did_is_kept(circle):
    await circle.person("ann", pursuing="IFS", credentials=())
    await circle.record(KEY)
    await circle.confirm_all("ann")
    circle.said.clear()
    done = await choose(circle, "ann", goal="ers/IFS")
    assert done.status_code == 303
    html = await look(circle, "ann")
    assert "ERS add-on to IFS" in text_of(html)
    assert "Not counted. Nothing of it was about the RSC that one gives." in text_of(html)
    # Other services are told of the category that is pursued, and of nothing else.
    assert circle.heard(ProgressChanged, MilestoneReached) == []
    goals = await look(circle, "ann", "/hours/goals")
    assert 'value="ers/IFS"' in goals
    assert "ERS add-on to IFS chosen" in text_of(goals)
    await choose(circle, "cora", person="ann", drop="ers/IFS")
    after = text_of(await look(circle, "cora", "/hours/goals?person=ann"))
    assert "ERS add-on to IFS dropped" in after
    assert "· Cora" in after
    assert "ERS add-on to IFS" not in text_of(await look(circle, "ann"))


@pytest.mark.parametrize(
    ("form", "said", "status"),
    [
        ({"goal": ""}, "Choose one of the goals that are listed.", 422),
        ({"goal": "apply/NOPE"}, "There are no rules here for that goal.", 422),
        ({"goal": "apply/IFS"}, "This goal is there already", 409),
        ({"goal": "ers/IFS", "since": "2030-01-01"}, "This day is still to come.", 422),
        ({"goal": "ers/IFS", "since": "soon"}, "This is not a day.", 422),
    ],
)
async def test_what_cannot_be_chosen_says_why(circle, form, said, status):
    answer = await choose(circle, "ann", **form)
    assert answer.status_code == status
    assert said in text_of(answer.text)


@pytest.mark.parametrize(("who", "status"), [("bob", 403), ("pat", 403), ("cora", 303)])
async def test_only_oneself_or_a_coordinator_chooses(circle, who, status):
    answer = await choose(circle, who, person="ann", goal="ers/IFS")
    assert answer.status_code == status


async def test_through_json(circle):
    await circle.record(KEY)
    await circle.confirm_all("ann")
    async with circle.script("ann") as script:
        chosen = await script.put("/goals/ers/IFS", json={"since": "2026-01-01"})
        again = await script.put("/goals/ers/IFS", json={"since": "2026-01-01"})
        assert (chosen.json()["changed"], again.json()["changed"]) == (True, False)
        listed = (await script.get("/goals")).json()
        assert [(each["goal"], each["chosen"]) for each in listed["goals"]] == [
            ("apply/IFS", False),
            ("ers/IFS", True),
        ]
        assert "ers/IFS" not in {each["goal"] for each in listed["offered"]}
        found = (await script.get("/progress")).json()
        assert [each["goal"] for each in found["goals"]] == ["apply/IFS", "ers/IFS"]
        assert found["progress"]["forecast"]["basis"] == "not_in_sight"
        [entry] = (await script.get("/entries")).json()["entries"]
        assert [each["goal"] for each in entry["goals"]] == ["apply/IFS", "ers/IFS"]
        assert (await script.delete("/goals/ers/IFS")).json()["changed"]
        assert (await script.put("/goals/apply/NOPE")).status_code == 422
        assert (await script.put("/goals/ers/IFS?person=bob")).status_code == 403


async def test_sessions_ahead_are_foreseen_as_soon_as_they_are_planned(circle):
    await circle.series("s9", starts=tuple(f"2025-{month:02}-11T10:00" for month in range(4, 13)))
    for month in range(4, 13):
        await circle.record(f"2025{month:02}11T1000", series_id="s9")
    await circle.confirm_all("ann")
    ahead = tuple(f"2026-{month:02}-11T10:00" for month in range(3, 9))
    await circle.series("s10", starts=ahead, title="Later")
    page = text_of(await look(circle, "ann"))
    # Nine sessions were held; the twelfth is that of May.
    assert "Appears met on Mon, May 11, 2026 with the sessions planned" in page
    assert "If Wed, Mar 11, 2026 is missed Thu, Jun 11, 2026 31 days later" in page
    assert "Safe to apply from Mon, May 11, 2026 to" in page
    await circle.series("s10", starts=ahead, cancelled=("20260311T1000",), title="Later")
    assert "Appears met on Thu, Jun 11, 2026" in text_of(await look(circle, "ann"))


async def test_what_only_waits_for_a_word_is_not_said_to_be_met(circle):
    starts = tuple(f"2025-{month:02}-11T10:00" for month in range(1, 13))
    await circle.series("s9", starts=(*starts, "2026-01-11T10:00"), members=("ann",))
    for start in (*starts, "2026-01-11T10:00"):
        await circle.record(start.replace("-", "").replace(":", ""), series_id="s9")
    page = text_of(await look(circle, "ann"))
    assert "Appears met once what waits is confirmed" in page
    assert "Safe to apply" not in page
    await circle.confirm_all("ann")
    page = text_of(await look(circle, "ann"))
    assert "Appears met since Sun, Jan 11, 2026" in page
    assert "Safe to apply now to Sun, Jan 10, 2027" in page


async def test_a_provider_of_ones_own_group_earns_nothing_there(circle):
    await circle.person("pat", "supervisor", credentials=(ers(), IMHS))
    page = text_of(await look(circle, "pat"))
    assert "Renewal of IMHS" in page
    assert "9 h more of training about giving RSC" in page

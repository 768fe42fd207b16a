"""Rule packs are read from files; nonsense is refused with a sentence that says where."""

import shutil
from datetime import date
from pathlib import Path

import pytest
import yaml

from alongside.errors import NotFound
from alongside_logbook.rulebook import SHIPPED, BrokenRules, load, load_with_own, shipped

pytestmark = pytest.mark.unit

IFS = "alliance/apply/IFS.yaml"


KEPT = ("alliance/association", "alliance/apply/IFS", "alliance/apply/ECFS", "alliance/apply/IFA",
        "first5-alabama/association")  # fmt: skip
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A copy of a few of the shipped packs, to be spoilt: few, so that reading them is quick."""
    folder = tmp_path / "rules"
    for name in KEPT:
        target = folder / f"{name}.yaml"
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(SHIPPED / f"{name}.yaml", target)
    return folder


def change(folder: Path, name: str, **changes) -> None:
    path = folder / name
    raw = yaml.load(path.read_text(), Loader=_LOADER)  # a safe one
    for key, value in changes.items():
        if value is None:
            raw.pop(key)
        else:
            raw[key] = value
    path.write_text(yaml.safe_dump(raw))


def problems(folder: Path) -> str:
    with pytest.raises(BrokenRules) as caught:
        load(folder)
    return "\n".join(caught.value.problems)


def requirement(**changes):
    return {
        "id": "rsc", "label": "Received", "hours": 24, "sources": ["S1"], "confidence": "H", **changes
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"requirements": [requirement(hours=-1)]}, "requirements.0.hours: Input should be greater"),
        ({"requirements": [requirement(hours=1.5)]}, "requirements.0.hours: Input should be a valid int"),
        ({"requirements": [requirement(confidence="X")]}, "requirements.0.confidence"),
        ({"requirements": [requirement(sources=[])]}, "requirements.0.sources"),
        ({"requirements": [requirement(sources=["a blog"])]}, "requirements.0.sources.0"),
        ({"requirements": [requirement(sources=["S999"])]}, "cites S999, which association.yaml does not list"),
        ({"requirements": []}, "requirements: Tuple should have at least 1 item"),
        ({"requirements": [requirement(), requirement()]}, "two requirements share an id"),
        ({"requirements": [requirement(of="other")]}, "exactly one requirement must stand for the whole"),
        ({"requirements": [requirement(), requirement(id="part", of="nothing")]}, "no requirement 'nothing'"),
        ({"requirements": [requirement(), requirement(id="part", of="rsc", hours=25)]}, "25 h cannot be a share of 24 h"),
        ({"providers": None}, "does not say with whom they count"),
        ({"window": None}, "does not say within which span"),
        ({"providers": {"judged_on": "today", "rows": []}}, "providers.judged_on"),
        ({"providers": {"judged_on": "session", "rows": [{"verdict": "ask", "note": "Ask them.", "sources": ["S1"], "confidence": "L"}]}}, "no row counts"),
        ({"providers": {"judged_on": "session", "rows": [{"verdict": "counts", "sources": ["S1"], "confidence": "L"}]}}, "must name the kinds"),
        ({"providers": {"judged_on": "session", "rows": [{"verdict": "ask", "kinds": ["IFS"], "sources": ["S1"], "confidence": "L"}]}}, "must say in `note`"),
        ({"providers": {"judged_on": "session", "rows": [{"verdict": "counts", "kinds": ["PHD"], "sources": ["S1"], "confidence": "L"}]}}, "providers.rows.0.kinds.0"),
        ({"providers": {"judged_on": "session", "rows": [{"verdict": "counts", "kinds": ["ERS"], "since": "2025-01-01", "until": "2024-01-01", "sources": ["S1"], "confidence": "L"}]}}, "ends before that"),
        ({"effective_until": "2017-01-01"}, "before it begins"),
        ({"track": "ECMH-E"}, "IFS is not a category of the track ECMH-E"),
        ({"category": "XYZ"}, "XYZ is not a category of the track IMH-E"),
        ({"hours": 24}, "hours: Extra inputs are not permitted"),
        ({"title": None}, "title: Field required"),
    ],
)  # fmt: skip
def test_nonsense_is_refused_with_where_it_is(own, changes, said):
    change(own, IFS, **changes)
    told = problems(own)
    assert said in told
    assert IFS in told


def test_a_window_the_wrong_way_round(own):
    months = {"sources": ["S1"], "confidence": "M"}
    change(
        own,
        IFS,
        window={"at_least": {"months": 24, **months}, "at_most": {"months": 12, **months}},
    )
    assert "at least 24 and at most 12 months" in problems(own)


@pytest.mark.parametrize(
    ("text", "said"),
    [("a: [", "is not YAML"), ("- just\n- a list", "must be a mapping"), ("", "must be a mapping")],
)
def test_a_file_that_is_no_pack(own, text, said):
    (own / "alliance/apply/IFS.yaml").write_text(text)
    assert f"{IFS}: {said}" in problems(own)


def test_what_extends_nothing_or_itself_is_refused(own):
    (own / "alliance/apply/IFA.yaml").write_text("extends: alliance/apply/NOPE\ncategory: IFA")
    assert "IFA.yaml:1: extends 'alliance/apply/NOPE', which does not exist" in problems(own)
    (own / "alliance/apply/IFA.yaml").write_text("extends: alliance/apply/ECFA\ncategory: IFA")
    shutil.copy(SHIPPED / "alliance/apply/ECFA.yaml", own / "alliance/apply/ECFA.yaml")
    assert "extends itself" in problems(own)


def test_an_association_that_extends_nothing_is_refused(own):
    change(own, "first5-alabama/association.yaml", extends="nobody")
    assert "extends 'nobody', which leads nowhere" in problems(own)


def test_a_folder_is_named_after_its_association(own):
    (own / "first5-alabama").rename(own / "alabama")
    assert "association is 'first5-alabama', the folder 'alabama'" in problems(own)


def test_a_file_is_named_after_its_pack(own):
    (own / "alliance/apply/ECFS.yaml").rename(own / "alliance/apply/other.yaml")
    assert "must be named after it" in problems(own)


def test_the_shared_pattern_must_be_there(tmp_path):
    assert "alliance/association.yaml: missing" in problems(tmp_path)


def test_all_mistakes_are_told_at_once(own):
    change(own, IFS, title=None, summary=None)
    (own / "alliance/apply/IFA.yaml").write_text("a: [")
    told = problems(own)
    assert "title: Field required" in told
    assert "summary: Field required" in told
    assert "is not YAML" in told


def test_an_installation_can_put_its_own_file_in_the_place_of_one(tmp_path):
    own = tmp_path / "rules"
    (own / "alliance/apply").mkdir(parents=True)
    raw = yaml.safe_load((SHIPPED / IFS).read_text())
    raw["notices"]["group_size"]["people"] = 10
    (own / IFS).write_text(yaml.safe_dump(raw))
    book = load_with_own(own)
    size = book.pack("alliance/apply/IFS").notices.group_size
    assert size is not None
    assert size.people == 10
    ours = book.pack("first5-alabama/apply/IFS").notices.group_size
    assert ours is not None
    assert ours.people == 10
    assert load_with_own(tmp_path / "none") is shipped()


def test_a_pack_that_is_not_there():
    with pytest.raises(NotFound, match="no rule pack 'alliance/renew/XYZ'"):
        shipped().pack("alliance/renew/XYZ")


def test_a_sourced_statement_is_replaced_whole(own):
    """Half of a statement from elsewhere would cite wrongly."""
    change(own, "alliance/apply/ECFS.yaml", age_range={"sources": ["S16"], "confidence": "L"})
    age = load(own).pack("alliance/apply/ECFS").age_range
    assert age is not None
    assert age.note is None


def test_a_mistake_is_told_with_its_line_even_where_it_was_taken_over(own):
    text = (own / IFS).read_text()
    (own / IFS).write_text(text.replace("    months: 12\n", "    months: twelve\n", 1))
    line = text[: text.index("    months: 12\n")].count("\n") + 1
    told = problems(own)
    assert f"{IFS}:{line}: window.at_least.months: Input should be a valid integer" in told
    # Those who extend the file are wrong at the same place.
    assert told.count(f"{IFS}:{line}:") > 1


def test_a_file_in_no_associations_folder(own):
    (own / "elsewhere/apply").mkdir(parents=True)
    (own / "elsewhere/apply/IFS.yaml").write_text("extends: alliance/apply/IFS")
    assert "elsewhere/apply/IFS.yaml: stands in no association's folder" in problems(own)


def here(own: Path, **says) -> None:
    (own / "here").mkdir(exist_ok=True)
    head = {"association": "here", "extends": "alliance", "name": "Here", "about": "Our own rules."}
    (own / "here/association.yaml").write_text(yaml.safe_dump({**head, **says}))


def test_an_overlay_changes_only_what_it_fits(tmp_path):
    here(
        tmp_path,
        overlays=[
            {"purpose": "apply", "categories": ["IFS"], "set": {"title": "Ours"}},
            {"purpose": "renew", "track": "ECMH-E", "set": {"title": "Renewed"}},
            {
                "purpose": "apply",
                "edition": "none",
                "categories": ["IMHS"],
                "set": {"title": "Now"},
            },
        ],
    )
    titles = {pack.name: pack.title for pack in load(SHIPPED, tmp_path).of("here")}
    assert titles["here/apply/IFS"] == "Ours"
    assert titles["here/apply/ECFS"] == "Early Childhood Family Specialist"
    assert titles["here/renew/ECFA"] == "Renewed"
    assert titles["here/renew/IFA"] == "Infant Family Associate"
    assert (titles["here/apply/IMHS"], titles["here/apply/IMHS@2018"]) == (
        "Now", "Infant Mental Health Specialist",
    )  # fmt: skip


def test_an_overlay_replaces_requirements_by_id_and_rows_by_whom_they_are_about(tmp_path):
    sure = {"sources": ["S1"], "confidence": "L"}
    row = {"verdict": "counts", "standing": ["vetted"], "until": "2026-01-31", **sure}
    here(
        tmp_path,
        overlays=[
            {
                "categories": ["IFS"],
                "purpose": "apply",
                "requirements": [requirement(hours=30)],
                "rows": [row],
            },
            {"categories": ["ECFS"], "drop_standing": ["vetted", "emerging"]},
        ],
    )
    book = load(SHIPPED, tmp_path)
    infants, shared = book.pack("here/apply/IFS"), book.pack("alliance/apply/IFS")
    assert infants.main.hours == 30
    assert infants.training == shared.training
    assert infants.providers is not None
    assert shared.providers is not None
    vetted = [each for each in infants.providers.rows if each.standing == ("vetted",)]
    assert [each.verdict for each in vetted] == ["counts"]
    assert len(infants.providers.rows) == len(shared.providers.rows)
    children = book.pack("here/apply/ECFS").providers
    assert children is not None
    assert {each for row in children.rows for each in row.standing} == {"endorsed"}


def test_an_edition_named_by_a_word_holds_where_it_is_chosen(tmp_path):
    day = date(2026, 3, 2)
    here(tmp_path)
    assert load(SHIPPED, tmp_path).find("here", "renew", "IFS", day).name == "here/renew/IFS"
    here(tmp_path, editions={"renew": "yearly"})
    book = load(SHIPPED, tmp_path)
    assert book.find("here", "renew", "IFS", day).name == "here/renew/IFS@yearly"
    # What was chosen for good leaves no day to the other, so that is not there.
    assert [pack.name for pack in book.editions("here/renew/IFS")] == ["here/renew/IFS@yearly"]
    assert book.pack("here/renew/IFS").edition == "yearly"
    until = {"purpose": "renew", "edition": "yearly", "set": {"effective_until": "2026-12-31"}}
    here(tmp_path, editions={"renew": "yearly"}, overlays=[until])
    assert load(SHIPPED, tmp_path).find("here", "renew", "IFS", day).name == "here/renew/IFS@yearly"


def test_of_two_editions_the_one_that_began_last_holds():
    book = shipped()
    for day, name in (
        (date(2018, 1, 1), "alliance/apply/IMHS@2018"),
        (date(2024, 12, 31), "alliance/apply/IMHS@2018"),
        (date(2025, 1, 1), "alliance/apply/IMHS"),
    ):
        assert book.find("alliance", "apply", "IMHS", day).name == name
    assert book.find("washington", "apply", "IFS", date(2021, 12, 31)).edition == "2018"
    assert book.find("washington", "apply", "IFS", date(2022, 1, 1)).edition is None

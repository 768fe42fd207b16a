"""The names that people read for roles, categories and credentials."""

from alongside_scheduler.domain.wording import WEEKDAYS

LOCALE = "en-US"
"""The language of the pages; it says on which day a week begins."""

ROLES = (
    ("supervisee", "Supervisee", "receives reflective supervision"),
    ("supervisor", "Supervisor", "leads groups and sessions"),
    ("coordinator", "Coordinator", "looks after people and hours"),
)

_CATEGORY_NAMES = {
    "FA": "Family Associate",
    "FS": "Family Specialist",
    "MHS": "Mental Health Specialist",
    "MHM-C": "Mental Health Mentor, Clinical",
    "MHM-P": "Mental Health Mentor, Policy",
    "MHM-RF": "Mental Health Mentor, Research/Faculty",
    "FRS": "Family Reflective Supervisor",
}


def _named(short: str) -> tuple[str, str]:
    if short == "ERS":
        return short, "ERS · Endorsed Reflective Supervisor"
    stem = short.removeprefix("EC") if short.startswith("EC") else short.removeprefix("I")
    track = "Early Childhood" if short.startswith("EC") else "Infant"
    return short, f"{short} · {track} {_CATEGORY_NAMES[stem]}"


def named(shorts: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return categories or credentials with their names, for a list to choose from."""
    return [_named(short) for short in shorts]


STANDINGS = (("endorsed", "Endorsed"), ("emerging", "Emerging"), ("vetted", "Vetted"))

FREQUENCIES = (
    ("monthly_by_weekday", "Monthly on a weekday", "the second Tuesday, say"),
    ("weekly", "Weekly", "every week, or every second one"),
    ("monthly_by_date", "Monthly on a date", "the 15th, say"),
    ("dates", "On given dates", "you list them"),
    ("once", "Once", "a single session"),
)

WEEKDAY_OPTIONS = [(str(number), name) for number, name in enumerate(WEEKDAYS)]
WEEK_OPTIONS = [("1", "first"), ("2", "second"), ("3", "third"), ("4", "fourth"), ("-1", "last")]

ANSWERS = {
    "accepted": ("comes", "good"),
    "tentative": ("perhaps", "warn"),
    "declined": ("does not come", "bad"),
    "proposed": ("proposes another time", "info"),
    "waiting": ("no answer yet", "calm"),
}

STEPS = {
    "move": ("Move one session", "another day, time or place, once"),
    "move_later": ("Move one and all later", "another weekday, time or rhythm from then on"),
    "stand_in": ("Somebody else leads one", "illness, leave: one date, one stand-in"),
    "hand_over": ("Hand the series over", "another provider leads from a day on"),
    "skip": ("Skip a stretch", "leave or holidays, from day to day"),
    "cancel": ("Cancel one session", "the others stay"),
    "cancel_later": ("Cancel one and all later", "what came before stays"),
    "change": ("Change title, place or length", "for the whole series"),
    "cancel_all": ("Cancel the series", "everything that has not begun"),
}

LATER_RHYTHMS = [
    ("same", "as it is now"),
    ("weekly", "every week"),
    ("fortnightly", "every second week"),
    ("monthly_by_weekday", "monthly, on that weekday"),
    ("monthly_by_date", "monthly, on that date"),
]

SITE_KINDS = {
    "child_care": "Child care",
    "pre_k": "Pre-K",
    "early_intervention": "Early intervention",
    "other": "Other",
}

STANDINGS_OF_VISITS = {
    "ahead": ("Ahead", "info"),
    "to_log": ("To log", "warn"),
    "held": ("Held", "good"),
    "not_held": ("Not held", "calm"),
    "cancelled": ("Cancelled", "bad"),
}

VISIT_FREQUENCIES = (
    ("weekly", "Weekly", "every week, or every second one"),
    ("monthly_by_weekday", "Monthly on a weekday", "as the first one: the second Tuesday, say"),
    ("dates", "On given dates", "you list them"),
    ("once", "Once", "a single visit"),
)

VISITS_ON_DAYS_OFF = [("skip", "leave that visit out"), ("keep", "come all the same")]

SLOT_RHYTHMS = (
    ("weekly", "Every week"),
    ("fortnightly", "Every second week"),
    ("monthly", "Every month"),
)
LENGTHS = [("60", "1 hour"), ("90", "1 h 30 min"), ("120", "2 hours"), ("180", "3 hours")]
REACHES = [("8", "8 weeks"), ("12", "12 weeks"), ("16", "16 weeks"), ("26", "half a year")]

POLL_ANSWERS = {
    "yes": ("Yes", "good"),
    "if_need_be": ("If need be", "warn"),
    "no": ("No", "bad"),
}
POLL_STATES = {
    "open": ("Open", "info"),
    "closed": ("Closed", "calm"),
    "decided": ("Decided", "good"),
    "withdrawn": ("Taken back", "calm"),
}

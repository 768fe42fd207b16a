"""What a history must not say, even where its chain holds together."""

from collections.abc import Sequence

from alongside_logbook.domain.entry import EntryVersion
from alongside_logbook.domain.signatures import signatures


def contradictions(person_id: str, versions: Sequence[EntryVersion]) -> list[str]:
    """Return what is wrong with the entries of a person's history, in words, entry by entry.

    `versions` are all of them in the order of the chain.
    """
    by_entry: dict[str, list[EntryVersion]] = {}
    for version in versions:
        by_entry.setdefault(version.entry_id, []).append(version)
    return [
        f"entry {entry_id} {problem}"
        for entry_id in sorted(by_entry)
        for problem in _problems(person_id, by_entry[entry_id])
    ]


def _problems(person_id: str, history: Sequence[EntryVersion]) -> list[str]:
    found = []
    if any(version.supervisee_id != person_id for version in history):
        found.append("belongs to another person")
    if [version.version for version in history] != list(range(1, len(history) + 1)):
        found.append("has versions missing, or twice")
    newest = history[-1]
    if newest.status == "confirmed" and not signatures(history).complete:
        found.append("is called confirmed, but two people do not stand behind it as it is")
    if any(version.override for version in history) and not newest.override:
        found.append("does not say any more that a coordinator stood in")
    if newest.status in {"confirmed", "withdrawn"} and newest.awaits is not None:
        found.append("waits for somebody, though nothing is missing")
    return found

"""What the forms of imports say: the file, whose it is, what its columns mean, addresses, a choice."""

from collections.abc import Mapping as Values

from pydantic import ValidationError

from alongside.errors import AlongsideError, Invalid
from alongside.web.forms import Form, FormErrors, Upload
from alongside_logbook.domain.logs.headings import COLUMNS, Column
from alongside_logbook.domain.logs.mapping import Mapping
from alongside_logbook.domain.providers import checked_address
from alongside_logbook.store.uow import LogbookUow

ADDRESSED = 100
"""How many providers without an address one form asks about."""


def file_of(form: Form) -> Upload:
    """Return the file that was handed in."""
    file = form.files.get("file")
    if file is None or not file.content:
        raise Invalid("Choose a file.", field="file")
    return file


async def whose(form: Form, uow: LogbookUow) -> str | None:
    """Return whose hours they are; none: a column says it, or they are one's own."""
    if form.text("whose") != "other":
        return None
    email = form.text("email")
    if not email:
        raise Invalid("Say whose hours they are.", field="email")
    person = await uow.people.by_email(email)
    if person is None or person.left_at is not None:
        raise Invalid("Nobody is registered here with this address.", field="email")
    return person.person_id


def mapping_of(form: Form) -> Mapping:
    """Return what was said of the columns."""
    columns: dict[Column, int] = {}
    errors = FormErrors()
    for name in form:
        means = form.text(name)
        place = name.removeprefix("column-")
        if not name.startswith("column-") or not means or not place.isdigit():
            continue
        if means not in COLUMNS:
            raise Invalid("That form was not complete. Please try again.")
        if means in columns:
            errors.add(name, f"Two columns both say: {COLUMNS[means][0]}.")
        columns[means] = int(place[:4])
    email = form.text("provider_email")
    if email:
        try:
            email = checked_address(email, field="provider_email")
        except Invalid as error:
            errors.add("provider_email", error.detail)
    errors.raise_if_any()
    try:
        return Mapping.model_validate(
            {
                "columns": columns,
                "order": form.text("order", "mdy"),
                "unit": form.text("unit", "minutes"),
                "kind": form.text("kind", "individual"),
                "head_count": form.text("head_count") or None,
                "provider_name": form.text("provider_name"),
                "provider_email": email,
            }
        )
    except ValidationError as error:
        if error.errors()[0]["loc"][0] == "head_count":
            raise Invalid("A group is 2 to 500 people.", field="head_count") from None
        raise Invalid("That form was not complete. Please try again.") from None


def addresses_of(form: Form) -> dict[str, str]:
    """Return the addresses that were typed in, by the provider as the file names them."""
    errors, said = FormErrors(), {}
    for number in range(ADDRESSED):
        key, text = form.text(f"key-{number}"), form.text(f"address-{number}")
        if key and text:
            try:
                said[key[:200]] = checked_address(text)
            except Invalid as error:
                errors.add(f"address-{number}", error.detail)
    errors.raise_if_any()
    return said


def taken(form: Form) -> tuple[int, ...]:
    """Return the lines that were ticked although they clash with something."""
    return tuple(int(line) for line in form.many("take") if line.isdigit() and len(line) < 9)  # noqa: PLR2004


def placed(error: AlongsideError, values: Values[str, str]) -> FormErrors:
    """Return messages about meanings beside the columns that have them, or above the form."""
    places = {means: name for name, means in values.items() if name.startswith("column-")}
    errors, general = FormErrors(), []
    for field, message in error.fields.items():
        if field in places:
            errors.add(places[field], message)
        elif field in values:
            errors.add(field, message)
        else:
            general.append(message)
    if general or not errors:
        errors.add("_", " ".join(general) or error.detail)
    return errors

"""How an installation greets whoever starts it."""

from alongside.service import Founder
from alongside_scheduler.domain.access import OPERATOR
from alongside_scheduler.handlers.set_up import SetUp, set_up
from alongside_scheduler.handlers.sign_in import make_link
from alongside_scheduler.http.doors import Doors


class FirstCoordinator:
    """The first coordinator: registered once, and handed a link at each start."""

    def __init__(self, doors: Doors) -> None:
        self._doors = doors

    async def is_new(self) -> bool:
        """Tell whether nobody has been registered yet."""
        async with self._doors.reading(None) as uow:
            return await uow.people.count() == 0

    async def found(self, founder: Founder) -> None:
        """Register the association and its first coordinator; refuses when there is one."""
        async with self._doors.writing(None) as uow:
            await set_up(
                SetUp(
                    association=founder.association,
                    name=founder.name,
                    email=founder.email,
                    zone=founder.zone,
                ),
                uow,
            )

    async def link(self) -> str:
        """Return a fresh sign-in link for the first coordinator, or the one-time set-up link."""
        async with self._doors.writing(None) as uow:
            first = await uow.people.first_coordinator()
            if first is None:
                origin = self._doors.settings.origin
                return f"{origin}/set-up/{self._doors.set_up_token()}"
            uow.actor = OPERATOR
            request_id = await make_link(first.email, uow)
        return self._doors.sign_in_link(request_id)

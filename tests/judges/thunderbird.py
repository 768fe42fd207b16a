"""Thunderbird without a window, spoken to through its remote protocol (Marionette)."""

import asyncio
import json
import os
import signal
from pathlib import Path
from typing import Any, Self

CALENDAR = "feed"
PREFERENCES: dict[str, Any] = {
    f"calendar.registry.{CALENDAR}.type": "ics",
    f"calendar.registry.{CALENDAR}.name": "Followed",
    f"calendar.registry.{CALENDAR}.cache.enabled": True,
    f"calendar.registry.{CALENDAR}.refreshInterval": "0",
    f"calendar.registry.{CALENDAR}.calendar-main-in-composite": True,
    "calendar.list.sortOrder": CALENDAR,
    "calendar.timezone.local": "America/New_York",
    "mail.provider.suppress_dialog_on_startup": True,
    "app.update.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "toolkit.telemetry.enabled": False,
    # Nothing but this machine is reached: what is elsewhere goes to a door that nobody opens.
    "network.dns.disabled": True,
    "network.proxy.type": 1,
    "network.proxy.http": "127.0.0.1",
    "network.proxy.http_port": 9,
    "network.proxy.ssl": "127.0.0.1",
    "network.proxy.ssl_port": 9,
    "network.proxy.no_proxies_on": "127.0.0.1",
    "network.proxy.allow_hijacking_localhost": False,
}
LOOK = """
const [refresh, done] = arguments;
const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
(async () => {
  const calendar = cal.manager.getCalendars().find(each => each.id == "feed");
  if (refresh) {
    await new Promise((loaded, failed) => {
      const nothing = () => {};
      const observer = {
        QueryInterface: ChromeUtils.generateQI(["calIObserver"]),
        onStartBatch: nothing, onEndBatch: nothing, onAddItem: nothing, onModifyItem: nothing,
        onDeleteItem: nothing, onPropertyChanged: nothing, onPropertyDeleting: nothing,
        onLoad() { calendar.removeObserver(observer); loaded(); },
        onError(_calendar, code, said) { failed(`${code} ${said}`); },
      };
      calendar.addObserver(observer);
      calendar.refresh();
    });
  }
  const items = await calendar.getItemsAsArray(
    Ci.calICalendar.ITEM_FILTER_TYPE_EVENT | Ci.calICalendar.ITEM_FILTER_CLASS_OCCURRENCES,
    0, cal.createDateTime("20200101T000000Z"), cal.createDateTime("20450101T000000Z"));
  return items.map(each => [
    each.id, each.startDate.nativeTime / 1e6, each.endDate.nativeTime / 1e6,
    each.status, each.title, each.getProperty("LOCATION") ?? "",
  ]);
})().then(items => done({ items }), error => done({ error: String(error) }));
"""


class Thunderbird:
    """A Thunderbird with one calendar: a feed that it follows."""

    def __init__(self, program: str, folder: Path, address: str, port: int) -> None:
        self.profile = folder / "profile"
        self.profile.mkdir()
        self._program, self._folder, self._port = program, folder, port
        wanted = PREFERENCES | {
            f"calendar.registry.{CALENDAR}.uri": address,
            "marionette.port": port,
        }
        lines = (f"user_pref({json.dumps(k)}, {json.dumps(v)});\n" for k, v in wanted.items())
        (self.profile / "user.js").write_text("".join(lines))
        self._asked = 0

    async def __aenter__(self) -> Self:
        with (self._folder / "thunderbird.log").open("w") as log:
            self._process = await asyncio.create_subprocess_exec(
                self._program, "--headless", "--no-remote", "--marionette",
                "--remote-allow-system-access", "--profile", str(self.profile),
                env=os.environ | {"HOME": str(self._folder)},
                stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        try:
            async with asyncio.timeout(60):
                await self._connect()
                await self._ask("WebDriver:NewSession", capabilities={})
                await self._ask("Marionette:SetContext", value="chrome")
        except BaseException as error:
            self._kill()
            error.add_note((self._folder / "thunderbird.log").read_text()[-2000:])
            raise
        return self

    async def __aexit__(self, *_error: object) -> None:
        try:
            async with asyncio.timeout(20):
                await self._ask("Marionette:Quit", flags=["eForceQuit"])
                self._writer.close()
                await self._process.wait()
        finally:
            self._kill()

    async def shows(self, *, refresh: bool) -> list[tuple]:
        """Return what its calendar shows, occurrence by occurrence; fetched anew if wanted."""
        async with asyncio.timeout(30):
            said = await self._ask(
                "WebDriver:ExecuteAsyncScript", script=LOOK, args=[refresh], newSandbox=True
            )
        assert "error" not in said["value"], said
        return [tuple(each) for each in said["value"]["items"]]

    async def _connect(self) -> None:
        while True:
            try:
                self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
            except OSError:
                assert self._process.returncode is None, "it ended"
                await asyncio.sleep(0.1)
            else:
                break
        await self._read()

    async def _ask(self, name: str, **facts: object) -> Any:
        self._asked += 1
        said = json.dumps([0, self._asked, name, facts]).encode()
        self._writer.write(b"%d:%s" % (len(said), said))
        _, _, error, result = await self._read()
        assert error is None, error
        return result

    async def _read(self) -> Any:
        length = (await self._reader.readuntil(b":"))[:-1]
        return json.loads(await self._reader.readexactly(int(length)))

    def _kill(self) -> None:
        if self._process.returncode is None:
            os.killpg(self._process.pid, signal.SIGKILL)

"""People before a browser: what they see, click and type, and what the browser said about it."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from journey.installation import Installation

AXE = (Path(__file__).parents[1] / "vendor/axe.min.js").read_text()
WIDE, PHONE, SMALLEST = (1280, 900), (390, 844), (320, 640)
CHICAGO = ZoneInfo("America/Chicago")
PATIENCE = 30_000
"""Milliseconds within which a page answers, on a machine that has much else to do."""

expect.set_options(timeout=PATIENCE)


class Somebody:
    """One person with one browser, on one device."""

    def __init__(
        self,
        chromium: Browser,
        where: Installation,
        email: str,
        *,
        size: tuple[int, int] = WIDE,
        script: bool = True,
    ) -> None:
        self.where = where
        self.email = email
        self.context: BrowserContext = chromium.new_context(
            base_url=where.origin,
            viewport={"width": size[0], "height": size[1]},
            reduced_motion="reduce",
            java_script_enabled=script,
            timezone_id="America/Chicago",
            locale="en-US",
        )
        self.context.set_default_timeout(PATIENCE)
        self.page: Page = self.context.new_page()
        self.said: list[str] = []
        self.page.on("console", lambda message: self._hear(message.text))
        self.page.on("pageerror", lambda error: self._hear(str(error)))

    def _hear(self, text: str) -> None:
        if not text.startswith("Failed to load resource"):  # a refused form, and meant so
            self.said.append(f"{self.page.url}: {text}")

    def goes(self, path: str) -> Page:
        """Type an address."""
        self.page.goto(path)
        return self.page

    def asks_for_link(self) -> str:
        """Ask for a sign-in link and return the one that was mailed."""
        before = len(self.where.mails(self.email, subject="sign-in"))
        self.goes("/sign-in")
        self.page.get_by_label("Your e-mail address").fill(self.email)
        self.page.get_by_role("button", name="Send me a link").click()
        expect(self.page.get_by_role("heading", name="Look into your mail")).to_be_visible()
        return self.mailed_link("sign-in", "/sign-in/", after=before)

    def signs_in(self) -> Page:
        """Sign in by mailed link."""
        self.goes(self.asks_for_link())
        self.page.get_by_role("button", name="Sign in").click()
        expect(self.page.get_by_role("heading", name="Hello,")).to_be_visible()
        return self.page

    def mailed_link(self, subject: str, path: str, *, after: int = 0) -> str:
        """Wait for a mail and return the link in it that begins with this path."""
        mail = self.where.mail(self.email, subject=subject, after=after)
        text = mail.get_body(("plain",)).get_content()
        found = re.search(rf"{re.escape(self.where.origin)}{path}\S+", text)
        assert found, text
        return found[0]

    def told(self, words: str) -> None:
        """See what has just happened."""
        expect(self.page.get_by_role("status")).to_contain_text(words)

    def tabs_to(self, target: Locator, most: int = 90) -> None:
        """Press Tab until the target has the focus."""
        for _ in range(most):
            self.page.keyboard.press("Tab")
            if target.evaluate("element => element === document.activeElement"):
                return
        raise AssertionError(f"Tab never came to {target}")


def violations(page: Page, *rules: str) -> list[str]:
    """Return what axe finds; Playwright evaluates outside of the page's CSP."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
        # Hundreds of time zones are all alike, and each would be looked at.
        page.locator("option:nth-child(n+5)").evaluate_all(
            "options => options.forEach(option => option.selected || option.remove())"
        )
    only = (
        {"type": "rule", "values": list(rules)}
        if rules
        else {
            "type": "tag",
            "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
        }
    )
    found = page.evaluate(
        "only => axe.run(document, {runOnly: only, resultTypes: ['violations']})", only
    )
    return [
        f"{page.url} {one['id']}: {node['target']} {node['failureSummary']}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


def first_day() -> datetime:
    """Return the day of the first session: ten days from now, in Chicago."""
    return datetime.now(CHICAGO) + timedelta(days=10)

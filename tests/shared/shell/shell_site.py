"""A site of nothing but the shell: the real templates and files, and made-up pages on loopback."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit
from zoneinfo import available_timezones

from alongside.web.edge import CONTENT_SECURITY_POLICY
from alongside.web.pages import environment
from alongside.web.statics import Statics
from alongside.web.times import duration

HERE = Path(__file__).parent
WEB = HERE.parents[2] / "shared/src/alongside/web"
TEMPLATES, STATIC = WEB / "templates", WEB / "static"

TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".json": "application/json",
    ".txt": "text/plain; charset=utf-8",
}

NAV = [
    SimpleNamespace(label="Today", href="/", icon="today"),
    SimpleNamespace(label="Groups", href="/groups", icon="groups"),
    SimpleNamespace(label="My hours", href="/hours", icon="hours", count=2),
    SimpleNamespace(label="Attendance", href="/attendance", icon="attendance"),
    SimpleNamespace(label="Calendar", href="/calendar", icon="calendar"),
    SimpleNamespace(label="Messages", href="/messages", icon="messages"),
    SimpleNamespace(label="People", href="/people", icon="people", section="Association"),
    SimpleNamespace(label="Cohort", href="/cohort", icon="cohort"),
    SimpleNamespace(label="Rules", href="/rules", icon="rules"),
]

MINUTES = (0, 60, 120, 90, 0, 120, 120, 60, 90, 120, 120, 90, 60, 0, 0, 0, 0, 0)
NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MONTHS = [
    (
        f"{NAMES[i % 12]} {2025 + i // 12}",
        minutes,
        "out" if i < 2 else "now" if i == 13 else "ahead" if i > 13 else "in",
    )
    for i, minutes in enumerate(MINUTES)
]
ENTRIES = [
    ("Dana Pell", 90, "Confirmed", "good"),
    ("Imani Castellanos", 75, "Waiting", "warn"),
    ("Marisol Quintanilla-Abernathy", 0, "Returned", "bad"),
]


STATICS = Statics(STATIC)
ENV = environment(STATICS, HERE / "pages", TEMPLATES)


def page(name: str, here: str = "/", **context: object) -> str:
    """Render one of the made-up pages."""
    icons = [node.split('"')[0] for node in (STATIC / "icons.svg").read_text().split('symbol id="')]
    facts = {
        "viewer": SimpleNamespace(name="Wren Okafor", roles=frozenset({"supervisor"})),
        "nav": NAV,
        "here": here,
        "flash": None,
        "zone": "America/Chicago",
        "association": "Prairie Association for Infant Mental Health",
        "zones": sorted(available_timezones()),
        "moment": datetime(2026, 3, 10, 15, tzinfo=UTC),
        "months": MONTHS,
        "months_text": [(name, minutes, duration(minutes)) for name, minutes, _ in MONTHS],
        "entries": ENTRIES,
        "icons": icons[1:],
    }
    return ENV.get_template(name).render(**{**facts, **context})


PAGES: dict[str, Callable[[], str]] = {
    "/": lambda: page("today.html", flash=("Saved. Eight people get an invitation.", "good")),
    "/styleguide": lambda: page("styleguide.html", "/styleguide"),
    "/hours": lambda: page("hours.html", "/hours"),
    "/people": lambda: page("people.html", "/people"),
    "/attendance/1": lambda: page("attendance.html", "/attendance/1"),
    "/sign-in": lambda: page("sign-in.html", "/sign-in", viewer=None, nav=[]),
    "/error": lambda: page(
        "error.html", status=410, title="This link was used", detail="Ask for a new one.", nav=[]
    ),
}


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path == "/file.ics":
            self._answer(200, "text/calendar", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")
        elif path.startswith("/static/"):
            file = STATIC / path.removeprefix("/static/")
            self._answer(200, TYPES[file.suffix], file.read_bytes())
        elif path in PAGES:
            self._answer(200, "text/html; charset=utf-8", PAGES[path]().encode())
        else:
            html = page("error.html", status=404, title="Nothing is here", detail=path, nav=[])
            self._answer(404, "text/html; charset=utf-8", html.encode())

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        typed = parse_qs(self.rfile.read(length).decode())
        if self.path == "/sign-in":
            email = typed.get("email", [""])[0]
            html = page(
                "sign-in.html",
                "/sign-in",
                viewer=None,
                nav=[],
                email=email,
                errors={"email": "That does not look like an e-mail address"},
            )
            self._answer(422, "text/html; charset=utf-8", html.encode())
        else:
            self.send_response(303)
            self.send_header("Location", "/")
            self.end_headers()

    def _answer(self, status: int, kind: str, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving() -> Iterator[str]:
    """Serve the pages on a free port of loopback; yield the address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

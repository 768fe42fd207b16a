"""Answer mails in the shapes that calendar programs give them, written by us from those shapes.

`{token}` stands for the tag of the person, `{recurrence}` for a RECURRENCE-ID line or nothing.
"""

import base64
from textwrap import dedent

UID = "01jseries1@supervision.example"


def _mail(headers: str, parts: str) -> str:
    return dedent(headers).strip() + "\n\n" + parts


def google(
    token,
    *,
    answer="ACCEPTED",
    sequence=0,
    stamp="20270104T160000Z",
    recurrence="",
    attendee="ben@people.example",
):
    calendar = dedent(f"""\
        BEGIN:VCALENDAR
        PRODID:-//Google Inc//Google Calendar 70.9054//EN
        VERSION:2.0
        CALSCALE:GREGORIAN
        METHOD:REPLY
        BEGIN:VEVENT
        DTSTART:20270112T160000Z
        DTEND:20270112T173000Z
        DTSTAMP:{stamp}
        ORGANIZER;CN=Ada Solberg (via Oak Association):mailto:calendar+{token}@supervision.example
        UID:{UID}
        ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT={answer};CN=Ben
         Achterberg;X-NUM-GUESTS=0:mailto:{attendee}
        {recurrence}
        CREATED:20270101T150000Z
        DESCRIPTION:
        LAST-MODIFIED:{stamp}
        SEQUENCE:{sequence}
        STATUS:CONFIRMED
        SUMMARY:Tuesday Circle
        TRANSP:OPAQUE
        END:VEVENT
        END:VCALENDAR
        """).replace("\n\n", "\n")
    encoded = base64.encodebytes(calendar.replace("\n", "\r\n").encode()).decode()
    return _mail(
        f"""
        MIME-Version: 1.0
        Reply-To: Ben Achterberg <ben@people.example>
        Sender: Google Calendar <calendar-notification@google.com>
        Message-ID: <calendar-1@google.com>
        Date: Mon, 04 Jan 2027 16:00:00 +0000
        Subject: Accepted: Tuesday Circle @ Tue Jan 12, 2027
        From: Ben Achterberg <ben@people.example>
        To: calendar+{token}@supervision.example
        Content-Type: multipart/mixed; boundary="0000"
        """,
        dedent("""\
        --0000
        Content-Type: multipart/alternative; boundary="0001"

        --0001
        Content-Type: text/plain; charset="UTF-8"; format=flowed; delsp=yes

        Ben Achterberg has accepted this invitation.

        --0001
        Content-Type: text/calendar; charset="UTF-8"; method=REPLY
        Content-Transfer-Encoding: base64

        """)
        + encoded
        + dedent("""
        --0001--
        --0000
        Content-Type: application/ics; name="invite.ics"
        Content-Disposition: attachment; filename="invite.ics"
        Content-Transfer-Encoding: base64

        """)
        + encoded
        + "\n--0000--\n",
    )


def outlook_com(token, *, answer="ACCEPTED"):
    """Outlook.com leaves ORGANIZER out, and answers in the zone of its user."""
    return _mail(
        f"""
        From: Ben Achterberg <ben@people.example>
        To: "Ada Solberg (via Oak Association)" <calendar+{token}@supervision.example>
        Subject: Accepted: Tuesday Circle
        Date: Mon, 4 Jan 2027 16:05:00 +0000
        Message-ID: <DM6PR0001@DM6PR0001.namprd.prod.outlook.com>
        Content-Type: multipart/alternative; boundary="_000_DM6PR_"
        MIME-Version: 1.0
        """,
        dedent(f"""\
        --_000_DM6PR_
        Content-Type: text/plain; charset="iso-8859-1"
        Content-Transfer-Encoding: quoted-printable

        =20
        --_000_DM6PR_
        Content-Type: text/calendar; charset="utf-8"; method=REPLY
        Content-Transfer-Encoding: 8bit

        BEGIN:VCALENDAR
        METHOD:REPLY
        PRODID:Microsoft Exchange Server 2010
        VERSION:2.0
        BEGIN:VTIMEZONE
        TZID:Central Standard Time
        BEGIN:STANDARD
        DTSTART:16010101T020000
        TZOFFSETFROM:-0500
        TZOFFSETTO:-0600
        RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=1SU;BYMONTH=11
        END:STANDARD
        BEGIN:DAYLIGHT
        DTSTART:16010101T020000
        TZOFFSETFROM:-0600
        TZOFFSETTO:-0500
        RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=2SU;BYMONTH=3
        END:DAYLIGHT
        END:VTIMEZONE
        BEGIN:VEVENT
        ATTENDEE;PARTSTAT={answer};CN=Ben Achterberg:mailto:ben@people.example
        COMMENT;LANGUAGE=en-US:\\n
        UID:{UID}
        SUMMARY;LANGUAGE=en-US:Accepted: Tuesday Circle
        DTSTART;TZID=Central Standard Time:20270112T100000
        DTEND;TZID=Central Standard Time:20270112T113000
        CLASS:PRIVATE
        PRIORITY:5
        DTSTAMP:20270104T160500Z
        TRANSP:OPAQUE
        STATUS:CONFIRMED
        SEQUENCE:0
        X-MICROSOFT-CDO-APPT-SEQUENCE:0
        X-MICROSOFT-CDO-BUSYSTATUS:BUSY
        END:VEVENT
        END:VCALENDAR
        --_000_DM6PR_--
        """),
    )


def exchange(token, *, key_local="20270126T100000", answer="DECLINED", sequence=0):
    """Exchange answers for one occurrence under its own name of the zone."""
    return _mail(
        f"""
        From: "Achterberg, Ben" <ben@people.example>
        To: calendar+{token.upper()}@supervision.example
        Subject: Declined: Tuesday Circle
        Date: Mon, 4 Jan 2027 10:06:00 -0600
        Message-ID: <CY4PR@corp.example>
        Content-Type: text/calendar; charset="utf-8"; method=REPLY
        Content-Transfer-Encoding: quoted-printable
        MIME-Version: 1.0
        """,
        dedent(f"""\
        BEGIN:VCALENDAR
        METHOD:REPLY
        PRODID:Microsoft Exchange Server 2010
        VERSION:2.0
        BEGIN:VTIMEZONE
        TZID:Central Standard Time
        BEGIN:STANDARD
        DTSTART:16010101T020000
        TZOFFSETFROM:-0500
        TZOFFSETTO:-0600
        RRULE:FREQ=3DYEARLY;INTERVAL=3D1;BYDAY=3D1SU;BYMONTH=3D11
        END:STANDARD
        BEGIN:DAYLIGHT
        DTSTART:16010101T020000
        TZOFFSETFROM:-0600
        TZOFFSETTO:-0500
        RRULE:FREQ=3DYEARLY;INTERVAL=3D1;BYDAY=3D2SU;BYMONTH=3D3
        END:DAYLIGHT
        END:VTIMEZONE
        BEGIN:VEVENT
        ORGANIZER;CN=3DAda:MAILTO:calendar+{token}@supervision.example
        ATTENDEE;PARTSTAT=3D{answer};CN=3D"Achterberg, Ben":MAILTO:Ben@People.example
        COMMENT;LANGUAGE=3Den-US:I am on the road that day\\, sorry.\\n
        UID:{UID}
        RECURRENCE-ID;TZID=3DCentral Standard Time:{key_local}
        SUMMARY;LANGUAGE=3Den-US:Declined: Tuesday Circle
        DTSTART;TZID=3DCentral Standard Time:{key_local}
        DTEND;TZID=3DCentral Standard Time:20270126T113000
        DTSTAMP:20270104T160600Z
        SEQUENCE:{sequence}
        END:VEVENT
        END:VCALENDAR
        """),
    )


def apple(token, *, answer="TENTATIVE"):
    """Apple Mail: the calendar twice, the address of ours only in Delivered-To and ORGANIZER."""
    return _mail(
        f"""
        Delivered-To: calendar+{token}@supervision.example
        From: Ben Achterberg <ben@people.example>
        To: Ada Solberg <ada@people.example>
        Subject: Maybe: Tuesday Circle
        Date: Mon, 4 Jan 2027 17:00:00 +0100
        Message-ID: <1D2C@people.example>
        MIME-Version: 1.0
        Content-Type: multipart/alternative; boundary="Apple-Mail=_1"
        """,
        dedent(f"""\
        --Apple-Mail=_1
        Content-Type: text/plain; charset=us-ascii

        Ben Achterberg answered "maybe".
        --Apple-Mail=_1
        Content-Type: text/calendar; charset=utf-8; method=REPLY; name=iCal-1.ics
        Content-Transfer-Encoding: 7bit
        Content-Disposition: attachment; filename=iCal-1.ics

        BEGIN:VCALENDAR
        CALSCALE:GREGORIAN
        METHOD:REPLY
        PRODID:-//Apple Inc.//macOS 15.1//EN
        VERSION:2.0
        BEGIN:VEVENT
        ATTENDEE;CN=Ben;CUTYPE=INDIVIDUAL;EMAIL=ben@people.example;PARTSTAT={answer};ROLE=REQ-PARTICIPANT:mailto:ben@people.example
        DTEND:20270112T173000Z
        DTSTAMP:20270104T160000Z
        DTSTART:20270112T160000Z
        LAST-MODIFIED:20270104T155900Z
        ORGANIZER;CN=Ada:mailto:calendar+{token}@supervision.example
        SEQUENCE:0
        SUMMARY:Tuesday Circle
        UID:{UID}
        END:VEVENT
        END:VCALENDAR
        --Apple-Mail=_1--
        """),
    )


def thunderbird(token, *, answer="ACCEPTED"):
    calendar = dedent(f"""\
        BEGIN:VCALENDAR
        PRODID:-//Mozilla.org/NONSGML Mozilla Calendar V1.1//EN
        VERSION:2.0
        METHOD:REPLY
        BEGIN:VEVENT
        CREATED:20270101T150000Z
        LAST-MODIFIED:20270104T160700Z
        DTSTAMP:20270104T160700Z
        UID:{UID}
        SUMMARY:Tuesday Circle
        ORGANIZER;CN=Ada:mailto:calendar+{token}@supervision.example
        ATTENDEE;CN=Ben;PARTSTAT={answer};CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;RSV
         P=TRUE:mailto:ben@people.example
        RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;COUNT=6
        DTSTART;TZID=America/Chicago:20270112T100000
        DTEND;TZID=America/Chicago:20270112T113000
        SEQUENCE:0
        END:VEVENT
        END:VCALENDAR
        """)
    encoded = base64.encodebytes(calendar.replace("\n", "\r\n").encode()).decode()
    return _mail(
        f"""
        From: Ben Achterberg <ben@people.example>
        To: calendar+{token}@supervision.example
        Subject: Invitation Accepted: Tuesday Circle
        Date: Mon, 04 Jan 2027 16:07:00 GMT
        Message-ID: <tb1@people.example>
        MIME-Version: 1.0
        Content-Type: multipart/mixed; boundary="------------3"
        """,
        dedent("""\
        --------------3
        Content-Type: multipart/alternative; boundary="------------4"

        --------------4
        Content-Type: text/plain; charset=utf-8
        Content-Transfer-Encoding: base64

        QWNjZXB0ZWQ=
        --------------4
        Content-Type: text/calendar; charset=utf-8; method=REPLY
        Content-Transfer-Encoding: base64

        """)
        + encoded
        + dedent("""
        --------------4--
        --------------3
        Content-Type: application/ics; name="invite.ics"
        Content-Disposition: attachment; filename="invite.ics"
        Content-Transfer-Encoding: base64

        """)
        + encoded
        + "\n--------------3--\n",
    )


def counter(token):
    return _mail(
        f"""
        From: Ben Achterberg <ben@people.example>
        To: calendar+{token}@supervision.example
        Subject: New Time Proposed: Tuesday Circle
        Date: Mon, 4 Jan 2027 16:09:00 +0000
        Message-ID: <counter1@people.example>
        MIME-Version: 1.0
        Content-Type: text/calendar; charset=utf-8; method=COUNTER
        """,
        dedent(f"""\
        BEGIN:VCALENDAR
        METHOD:COUNTER
        PRODID:Microsoft Exchange Server 2010
        VERSION:2.0
        BEGIN:VEVENT
        ATTENDEE;PARTSTAT=TENTATIVE;CN=Ben:mailto:ben@people.example
        ORGANIZER:mailto:calendar+{token}@supervision.example
        UID:{UID}
        RECURRENCE-ID:20270126T160000Z
        DTSTART:20270126T180000Z
        DTEND:20270126T193000Z
        DTSTAMP:20270104T160900Z
        COMMENT:Could we begin at noon?
        SEQUENCE:0
        END:VEVENT
        END:VCALENDAR
        """),
    )


def google_counter(token, *, start="20270126T190000Z", recurrence="RECURRENCE-ID:20270126T160000Z"):
    """Google's "propose a new time"."""
    mail = google(token, answer="TENTATIVE", recurrence=recurrence)
    head, _, rest = mail.partition("Content-Transfer-Encoding: base64\n\n")
    encoded = rest.partition("\n--0001--")[0]
    calendar = base64.b64decode(encoded).decode()
    calendar = calendar.replace("METHOD:REPLY", "METHOD:COUNTER").replace(
        "DTSTART:20270112T160000Z", f"DTSTART:{start}"
    )
    return (
        head.replace("method=REPLY", "method=COUNTER")
        + "Content-Transfer-Encoding: base64\n\n"
        + base64.encodebytes(calendar.encode()).decode()
        + "--0001--\n--0000--\n"
    )


def delegated(token, *, to="somebody@people.example"):
    """As RFC 5546 4.2.5 has it: who delegates and to whom, both as ATTENDEE."""
    return _one_part(
        token,
        f"""\
        BEGIN:VCALENDAR
        PRODID:-//Example//Delegating//EN
        METHOD:REPLY
        VERSION:2.0
        BEGIN:VEVENT
        ORGANIZER:mailto:calendar+{token}@supervision.example
        ATTENDEE;PARTSTAT=NEEDS-ACTION;DELEGATED-FROM="mailto:ben@people.example":mailto:{to}
        ATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO="mailto:{to}":mailto:ben@people.example
        UID:{UID}
        SEQUENCE:0
        DTSTAMP:20270104T161500Z
        END:VEVENT
        END:VCALENDAR
        """,
    )


def plain(token, *, lines="", answer="ACCEPTED", method="REPLY", attendee="ben@people.example"):
    """The least that is an answer, to be spoiled."""
    return _one_part(
        token,
        f"""\
        BEGIN:VCALENDAR
        PRODID:-//Example//Answers//EN
        METHOD:{method}
        VERSION:2.0
        BEGIN:VEVENT
        ATTENDEE;PARTSTAT={answer}:mailto:{attendee}
        UID:{UID}
        SEQUENCE:0
        DTSTAMP:20270104T161500Z
        {lines}
        END:VEVENT
        END:VCALENDAR
        """,
    )


def _one_part(token, calendar):
    lines = [line for line in dedent(calendar).strip().splitlines() if line.strip()]
    return _mail(
        f"""
        From: Ben Achterberg <ben@people.example>
        To: calendar+{token}@supervision.example
        Subject: Answer
        Date: Mon, 4 Jan 2027 16:15:00 +0000
        Message-ID: <plain1@people.example>
        MIME-Version: 1.0
        Content-Type: text/calendar; charset=utf-8; method=REPLY
        """,
        "\n".join(lines) + "\n",
    )


def in_charset(token, *, said, written, cte, comment="Estaré de viaje, ¿otro día?"):
    """Bytes as some programs send them: in a charset that is said, or not the one that is said."""
    text = plain(token, lines=f"COMMENT:{comment}")
    head, _, calendar = text.partition("\n\n")
    head = head.replace("charset=utf-8", f"charset={said}" if said else "")
    body = calendar.replace("\n", "\r\n").encode(written)
    if cte == "base64":
        body = base64.b64encode(body)  # on one endless line
    elif cte == "quoted-printable":
        # A soft break may fall into the middle of a character.
        body = b"=\r\n".join(
            b"".join(b"=%02X" % byte for byte in body[at : at + 20])
            for at in range(0, len(body), 20)
        )
    head += f"\nContent-Transfer-Encoding: {cte}"
    return head.replace("\n", "\r\n").encode() + b"\r\n\r\n" + body


def attached_only(token):
    """No text/calendar at all: a file, of a type that says nothing."""
    mail = apple(token, answer="ACCEPTED")
    return mail.replace("text/calendar; charset=utf-8; method=REPLY;", "application/octet-stream;")


def as_sent(text: str) -> bytes:
    return text.replace("\r\n", "\n").replace("\n", "\r\n").encode()

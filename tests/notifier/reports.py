"""Reports that a mail was not delivered, in the shapes that mail systems give them."""

from textwrap import dedent


def postfix(
    to: str,
    message_id: str,
    *,
    recipient: str = "ben@people.example",
    action: str = "failed",
    status: str = "5.1.1",
    said: str = "550 5.1.1 <ben@people.example>: Recipient address rejected: User unknown",
) -> bytes:
    return _crlf(f"""\
        Return-Path: <>
        Date: Mon, 04 Jan 2027 10:02:00 -0600 (CST)
        From: MAILER-DAEMON@relay.example (Mail Delivery System)
        Subject: Undelivered Mail Returned to Sender
        To: {to}
        Auto-Submitted: auto-replied
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=delivery-status; boundary="B"
        Message-Id: <report-{action}@relay.example>

        --B
        Content-Description: Notification
        Content-Type: text/plain; charset=us-ascii

        I'm sorry to have to inform you that your message could not be delivered.

        --B
        Content-Description: Delivery report
        Content-Type: message/delivery-status

        Reporting-MTA: dns; relay.example
        Arrival-Date: Mon, 04 Jan 2027 10:01:00 -0600 (CST)

        Final-Recipient: rfc822; {recipient}
        Original-Recipient: rfc822;{recipient}
        Action: {action}
        Status: {status}
        Remote-MTA: dns; mx.people.example
        Diagnostic-Code: smtp; {said}

        --B
        Content-Description: Undelivered Message
        Content-Type: message/rfc822

        Message-ID: {message_id}
        From: {to}
        To: {recipient}
        Subject: Tuesday Circle

        Hello.
        --B--
        """)


def exchange(to: str, message_id: str) -> bytes:
    """Only the headers of the mail come along, and the address has no original."""
    return _crlf(f"""\
        From: "Microsoft Outlook" <postmaster@people.example>
        To: <{to}>
        Date: Mon, 4 Jan 2027 16:02:00 +0000
        Content-Type: multipart/report; report-type=delivery-status;
         boundary="_E_"
        Subject: Undeliverable: Tuesday Circle
        MIME-Version: 1.0

        --_E_
        Content-Type: text/html; charset="utf-8"

        <p>ben wasn't found at people.example</p>
        --_E_
        Content-Type: message/delivery-status

        Reporting-MTA: dns;EX01.people.example

        Final-recipient: RFC822; Ben@People.example
        Action: failed
        Status: 5.1.10
        Diagnostic-code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found by SMTP address
         lookup

        --_E_
        Content-Type: text/rfc822-headers

        Message-ID: {message_id}
        Subject: Tuesday Circle

        --_E_--
        """)


def google(to: str, message_id: str) -> bytes:
    return _crlf(f"""\
        Auto-Submitted: auto-replied
        To: {to}
        From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>
        Subject: Delivery Status Notification (Failure)
        MIME-Version: 1.0
        Content-Type: multipart/report; boundary="0"; report-type=delivery-status

        --0
        Content-Type: multipart/related; boundary="1"

        --1
        Content-Type: text/plain; charset="UTF-8"

        The email account that you tried to reach is over quota.
        --1--
        --0
        Content-Type: message/delivery-status

        Reporting-MTA: dns; googlemail.com
        Received-From-MTA: dns; calendar@supervision.example

        Final-Recipient: rfc822; ben@people.example
        Action: failed
        Status: 5.2.2
        Diagnostic-Code: smtp; 552-5.2.2 The recipient's inbox is out of storage space.

        --0
        Content-Type: message/rfc822

        Message-ID: {message_id}
        Subject: Tuesday Circle

        --0--
        """)


def _crlf(text: str) -> bytes:
    return dedent(text).replace("\n", "\r\n").encode()

"""Mails: their text, their header, their files, one record each."""

import gzip
import hashlib
import io
import json
import mailbox
import tracemalloc
from email.header import Header
from email.message import EmailMessage
from email.mime.text import MIMEText
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import schema
from pipeline.sources.lines import TooLong
from pipeline.sources.mails.mailheader import text_of
from pipeline.sources.mails.mbox import cut_mbox, mails, read_mbox
from pipeline.sources.record import Record
from pipeline.sources.settings import IngestSettings
from tests.sources.reading import forward, raw_file, read, texts

HEADER = (
    "From: Ann <ann@example.org>\nTo: Bob <bob@example.org>\nSubject: Lunch\n"
    "Date: Tue, 3 Mar 2020 10:11:12 +0100\nMessage-ID: <1@example.org>\nMIME-Version: 1.0\n"
)
FROM = "From ann@example.org Tue Mar  3 10:11:12 2020\n"
PLAIN = (HEADER + "\nShall we meet at noon?\n").encode()


def mail(*parts: tuple[str, str, Any], kind: str = "mixed", header: str = HEADER) -> bytes:
    """A message of several parts: (type, transfer encoding, what is in it)."""
    made = f'{header}Content-Type: multipart/{kind}; boundary="b"\n\n'.encode()
    for type_, how, body in parts:
        bytes_ = body if isinstance(body, bytes) else body.encode()
        made += f"--b\nContent-Type: {type_}\nContent-Transfer-Encoding: {how}\n\n".encode()
        made += bytes_ + b"\n"
    return made + b"--b--\n"


def one(raw: bytes, name: str = "a.eml", **settings: Any) -> Record:
    """The one record that is no count of what was passed over."""
    (record,) = [record for record in read(raw, name, **settings) if record.number]
    return record


def test_a_mail_is_its_text_and_its_header() -> None:
    for name in ("a.eml", "a", "a.txt"):
        (record,) = read(PLAIN, name)
        assert texts([record]) == ["Shall we meet at noon?\n"]
        assert (record.size, record.digest) == (len(PLAIN), hashlib.sha256(PLAIN).hexdigest())
        assert json.loads(record.metadata) == {
            "from": "Ann <ann@example.org>",
            "to": "Bob <bob@example.org>",
            "subject": "Lunch",
            "date": "2020-03-03T10:11:12+01:00",
            "message-id": "<1@example.org>",
        }


def test_a_letter_that_looks_like_a_mail_is_text() -> None:
    letter = b"From: Ann\nTo: Bob\nSubject: Lunch\nDate: today\n\nShall we?\n"
    assert texts(read(letter, "a.txt")) == [letter.decode()]
    assert texts(read(letter, "a.eml")) == ["Shall we?\n"]
    novel = b"From here on Tuesday at 10:11 nothing was as before.\nNothing: not even that.\n"
    assert texts(read(novel, "a.txt")) == [novel.decode()]


PLAIN_PART = ("text/plain; charset=utf-8", "8bit", "plain é")
HTML_PART = ("text/html; charset=utf-8", "8bit", "<html><body>page é</body></html>")
BODIES = [
    pytest.param(mail(PLAIN_PART), "plain é", id="one part"),
    pytest.param(mail(PLAIN_PART, HTML_PART, kind="alternative"), "plain é", id="plain, or HTML"),
    pytest.param(mail(HTML_PART, kind="alternative"), HTML_PART[2], id="HTML alone"),
    pytest.param(
        mail(("text/html", "8bit", "<p>a piece</p>")), "<body><p>a piece</p>", id="a piece of HTML"
    ),
    pytest.param(
        mail(PLAIN_PART, ("text/plain", "7bit", "-- \nfooter")),
        "plain é\n\n-- \nfooter",
        id="two parts, as mailing lists make",
    ),
    pytest.param(
        mail(("text/plain; charset=utf-8", "quoted-printable", "caf=C3=A9 =\nau lait")),
        "café au lait",
        id="quoted-printable",
    ),
    pytest.param(
        mail(("text/plain; charset=utf-8", "base64", "Y2Fmw6kgYXUgbGFpdA==")),
        "café au lait",
        id="base64",
    ),
    pytest.param(
        mail(("text/plain", "base64", "Y2FmZSBhdSBsYWl0*")), "cafe au lait", id="damaged base64"
    ),
    pytest.param(mail(("text/plain", "x-unknown", "as it is")), "as it is", id="unknown transfer"),
    pytest.param(
        mail(("message/rfc822", "8bit", PLAIN), PLAIN_PART),
        "Shall we meet at noon?\n\nplain é",
        id="a mail that is forwarded",
    ),
    pytest.param(
        (HEADER + "Content-Type: multipart/mixed\n\nno boundary\n").encode(),
        "no boundary\n",
        id="parts without a boundary",
    ),
    pytest.param(mail(PLAIN_PART)[:-6], "plain é", id="an end that is missing"),
    pytest.param(PLAIN.replace(b"\n", b"\r\n"), "Shall we meet at noon?\r\n", id="CR LF"),
]


@pytest.mark.parametrize(("raw", "text"), BODIES)
def test_which_part_is_the_text(raw: bytes, text: str) -> None:
    assert texts([one(raw)]) == [text]


def test_attachments_are_counted() -> None:
    raw = mail(
        PLAIN_PART,
        ("image/png", "base64", "iVBORw0KGgo="),
        ("image/jpeg", "base64", "/9j/"),
        ("application/pdf; name=x.pdf", "base64", "JVBERi0="),
        ("message/delivery-status", "7bit", "Status: 5.0.0\n"),
        ("x-odd/thing", "7bit", "?"),
        HTML_PART,
    )
    found = {record.verdict: json.loads(record.metadata) for record in read(raw, "a.eml")[1:]}
    assert found == {
        "passed_over:mail attachment image": {"items": 2},
        "passed_over:mail attachment application": {"items": 1},
        "passed_over:mail attachment message": {"items": 1},
        "passed_over:mail attachment other": {"items": 1},
        "passed_over:html version of a mail": {"items": 1},
    }


def test_a_mail_without_text_is_rejected_with_what_it_has() -> None:
    record = one(mail(("image/png", "base64", "iVBORw0KGgo=")))
    assert record.verdict == schema.MALFORMED
    assert "mail 1 has no text, only image" in (record.reason or "")
    assert json.loads(record.metadata)["subject"] == "Lunch"
    assert texts([one(HEADER.encode() + b"\n")]) == [""]


WORDS = [
    pytest.param(b"plain words", "plain words", id="plain"),
    pytest.param(b"=?utf-8?q?caf=C3=A9_au_lait?=", "café au lait", id="quoted"),
    pytest.param(b"=?UTF-8?B?Y2Fmw6k=?= <a@b.c>", "café <a@b.c>", id="base64"),
    pytest.param(b"=?utf-8?B?Y2Fmw6k?=", "café", id="base64 that is not filled up"),
    pytest.param(b"=?utf-8?B?Y2Fmw?= =?utf-8?B?6k=?=", None, id="base64 cut at odd places"),
    pytest.param(b"=?utf-8?q?caf=C3?=\r\n =?utf-8?q?=A9?=", "café", id="a letter cut in two"),
    pytest.param(b"=?iso-8859-1?q?=E9?= =?utf-8?q?=C3=A9?=", "éé", id="no blank between words"),
    pytest.param(b"a =?utf-8*en?q?b?= c", "a b c", id="with a language, RFC 2231"),
    pytest.param(b"=?x-none?q?caf=C3=A9?=", "café", id="a charset that is none"),
    pytest.param(b"=?zlib?q?x?= =?unicode-escape?q?y?=", None, id="codecs that are no charsets"),
    pytest.param("café".encode(), "café", id="UTF-8 as it is"),
    pytest.param("cafés à la crème".encode("cp1252"), None, id="cp1252 as it is"),
    pytest.param(b"a\r\n  folded\r\n\tline", "a  folded\tline", id="folded"),
    pytest.param(b"=?utf-8?q?not closed", "=?utf-8?q?not closed", id="not closed"),
]


@pytest.mark.parametrize(("value", "text"), WORDS)
def test_words_of_a_header(value: bytes, text: str | None) -> None:
    assert text_of(value) == text or (text is None and text_of(value))


@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40),
    st.sampled_from(["utf-8", "gb18030"]),
)
def test_subjects_that_python_writes_come_back(subject: str, charset: str) -> None:
    written = Header(subject.strip(), charset, maxlinelen=60).encode().encode()
    assert text_of(written).split() == subject.split() or "=?" in subject


def test_dates_that_are_none_stay_as_they_are() -> None:
    for date in ("yesterday", "Tue, 99 Mar 2020 99:99:99", "", "Tue, 3 Mar 99999 10:11:12 +0000"):
        header = HEADER.replace("Tue, 3 Mar 2020 10:11:12 +0100", date)
        assert json.loads(one((header + "\nx").encode()).metadata)["date"] == date


def test_text_in_the_charset_that_it_names() -> None:
    text = "Le café du marché ouvre tôt : on y mange des crêpes, l’été comme l’hiver. " * 4
    raw = mail(("text/plain; charset=windows-1252", "8bit", text.encode("cp1252")))
    record = one(raw)
    assert record.decoded is not None
    assert (record.decoded.text, record.decoded.encoding) == (text, "cp1252")


# --- mbox


def box(*bodies: str) -> bytes:
    return "".join(f"{FROM}{HEADER}\n{body}\n\n" for body in bodies).encode()


def test_mails_of_a_box() -> None:
    raw = box("one\n>From here\n>>From there", "two\n\nFrom then on", "three")
    for name in ("a.mbox", "a", "a.mbox.gz"):
        found = read(gzip.compress(raw) if name.endswith("gz") else raw, name)
        assert texts(found) == [
            "one\nFrom here\n>From there\n\n",
            "two\n\nFrom then on\n\n",
            "three\n\n",
        ]
        assert [record.number for record in found] == [1, 2, 3]
        assert sum(record.size for record in found) == len(raw)


BETWEEN = [
    "From ann@example.org Tue Mar  3 10:11:12 2020\n",
    "From - Tue Mar 03 10:11:12 2020\r\n",
    "From MAILER-DAEMON Tue Mar 3 10:11:12 2020\n",
    "From 1660@xxx Tue Mar 03 09:11:12 +0000 2020\n",
    "From ann at example.org  Tue Mar  3 10:11:12 2020\n",
]


@pytest.mark.parametrize("line", BETWEEN)
def test_lines_between_mails(line: str) -> None:
    raw = (line + HEADER + "\none\n" + line + HEADER + "\ntwo\n").encode()
    assert texts(read(raw, "a")) == ["one\n", "two\n"]


def test_a_box_that_python_writes(tmp_path: Path) -> None:
    made = mailbox.mbox(tmp_path / "box")
    said = ["one\nFrom here on\n", "From the start\n", "é 🙂\n", "\n\n\n"]
    for text in said:
        message = EmailMessage()
        message["Subject"] = "x"
        message.set_content(text)
        made.add(message)
    made.close()
    raw = (tmp_path / "box").read_bytes()
    assert [text.rstrip("\n") for text in texts(read(raw, "a.mbox")) if text is not None] == [
        text.rstrip("\n") for text in said
    ]


def test_what_comes_before_the_first_mail_is_a_record() -> None:
    first, second = read(b"hello there\n\n" + box("one"), "a.mbox")
    assert first.verdict == schema.MALFORMED
    assert "mail 1 has no header" in (first.reason or "")
    assert texts([second]) == ["one\n\n"]


def test_a_mail_too_large_is_rejected_without_being_held() -> None:
    raw = box("one", "x" * 100 + "\n" + "two\n" * 5_000_000, "three")
    tracemalloc.start()
    one_, two, three = mails(forward(raw), 1_000_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8_000_000
    assert isinstance(two, TooLong)
    assert isinstance(one_, bytes)
    assert isinstance(three, bytes)
    middle = raw[len(one_) : -len(three)]
    assert two == TooLong(len(middle), hashlib.sha256(middle).hexdigest())
    first, large, last = read(raw, "a.mbox", max_record_bytes=1_000_000)
    assert large.verdict == schema.OVERSIZE
    assert "mail 2 has" in (large.reason or "")
    assert texts([first, last]) == ["one\n\n", "three\n\n"]


def test_a_torn_box_gives_what_came_before() -> None:
    raw = box(*(f"mail {n} {n**9}" for n in range(2000)))
    packed = gzip.compress(raw)
    *whole, torn = read(packed[: len(packed) // 2], "a.mbox.gz")
    assert texts(whole) == [f"mail {n} {n**9}\n\n" for n in range(len(whole))]
    assert torn.verdict == schema.UNREADABLE
    assert f"after mail {len(whole)}" in (torn.reason or "")


BAD = [
    pytest.param(b"Content-Type: text/plain; charset*=x''%ZZ\n\nx", id="a charset that is none"),
    pytest.param(b'Content-Type: text/plain; charset="\xff"\n\nx', id="a charset of bytes"),
    pytest.param(b"Content-Type: multipart/mixed; boundary=\n\nx", id="an empty boundary"),
    pytest.param(b"Content-Disposition: attachment; filename*0*=x\n\nx", id="half a name"),
    pytest.param(b"Content-Transfer-Encoding: base64\n\n====\xff", id="base64 that is none"),
    pytest.param(b"Content-Transfer-Encoding: uuencode\n\nbegin 666 x\n\xff", id="uuencode"),
    pytest.param(b"Content-Type: message/rfc822\n\n" * 3000 + b"x", id="mails in each other"),
    pytest.param(b"From: " + b"(" * 100_000 + b"\n\nx", id="comments in each other"),
    pytest.param(
        b"".join(
            b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(3000)
        ),
        id="parts in each other",
    ),
]


@pytest.mark.parametrize("bad", BAD)
def test_a_strange_mail_costs_itself_alone(bad: bytes) -> None:
    raw = box("one") + FROM.encode() + b"X-Odd: 1\n" + bad + b"\n\n" + box("three")
    found = [record for record in read(raw, "a.mbox") if record.number]
    assert [record.number for record in found] == [1, 2, 3]
    assert texts([found[0], found[2]]) == ["one\n\n", "three\n\n"]


TOO_MUCH = [
    pytest.param(PLAIN + b"\n" * 2_000_001, "lines, more than 2000000", id="lines"),
    pytest.param(mail(PLAIN_PART) + b"\n--b" * 100_001, "more than 100000", id="parts"),
    pytest.param(b"Content-Type: " + b";a=" * 9999 + b"\n\nx", "has 29997 bytes", id="a field"),
]


@pytest.mark.parametrize(("raw", "reason"), TOO_MUCH)
def test_a_mail_that_would_take_too_much_is_refused(raw: bytes, reason: str) -> None:
    record = one(raw)
    assert record.verdict in (schema.UNSAFE, schema.MALFORMED)
    assert reason in (record.reason or "")


SCRAPS = st.lists(
    st.sampled_from(
        [
            b"Content-Type: ",
            b"multipart/mixed; boundary=b",
            b"text/plain; charset=",
            b"utf-8",
            b"message/rfc822",
            b"\n",
            b"\r\n",
            b"\n\n",
            b"--b",
            b"--b--",
            b"Subject: ",
            b"=?utf-8?q?",
            b"?=",
            b"=C3",
            b"Content-Transfer-Encoding: ",
            b"base64",
            b"quoted-printable",
            b"\xe9",
            b"Date: ",
            b"Tue, 3 Mar",
            b"From a Tue Mar 3 10:11:12 2020\n",
            b'"',
            b";",
            b"=",
            b"*0*=",
        ]
    ),
    max_size=30,
).map(b"".join)


@given(SCRAPS | st.binary(max_size=200), st.integers(1, 200))
def test_any_bytes_as_mail_are_never_a_traceback(raw: bytes, limit: int) -> None:
    for name in ("a.eml", "a.mbox"):
        for bytes_ in (raw, PLAIN + raw, FROM.encode() + raw):
            for size in (limit, 10**6):
                for record in read(bytes_, name, max_record_bytes=size):
                    assert (record.verdict is None) == (record.reason is None)


@given(SCRAPS, st.integers(1, 9), st.integers(1, 60))
def test_boxes_are_cut_alike_however_the_bytes_come(raw: bytes, size: int, limit: int) -> None:
    class Few(io.BytesIO):
        def read1(self, _wanted: int | None = -1, /) -> bytes:
            return super().read1(size)

    raw = raw + box("a") + raw
    assert list(mails(Few(raw), limit)) == list(mails(io.BytesIO(raw), limit))  # type: ignore[arg-type]


def read_box(raw: bytes) -> list[Record]:
    """What is in a box, whatever its bytes look like."""
    known = IngestSettings()
    items = read_mbox(raw_file(raw, "a.mbox", known), known)
    return [item for item in items if isinstance(item, Record)]


@given(SCRAPS, SCRAPS, st.integers(1, 400))
def test_a_large_box_in_parts_has_the_same_records(first: bytes, last: bytes, size: int) -> None:
    raw, known = first + box("a", "b") + b"\n" + box("c") + last, IngestSettings()
    parts = list(cut_mbox(io.BufferedReader(io.BytesIO(raw)), size))  # type: ignore[type-var]
    assert sum(part.bytes for part in parts) == len(raw)
    found = [
        item
        for part in parts
        for item in read_mbox(raw_file(raw, "a.mbox", known, part), known)
        if isinstance(item, Record)
    ]
    assert found == read_box(raw)


def test_messages_that_python_makes() -> None:
    message = EmailMessage()
    message["From"], message["Subject"] = "Ännchen <a@b.c>", "Grüße 🙂 " * 20
    message.set_content("Schöne Grüße\n" * 50, charset="iso-8859-1", cte="quoted-printable")
    message.add_alternative("<html><p>Schöne Grüße</p></html>", subtype="html")
    message.add_attachment(b"\0\1", maintype="application", subtype="octet-stream", filename="x")
    record = one(message.as_bytes())
    assert record.decoded is not None
    assert record.decoded.text == "Schöne Grüße\n" * 50
    assert json.loads(record.metadata)["subject"].split() == ["Grüße", "🙂"] * 20
    assert json.loads(record.metadata)["from"] == "Ännchen <a@b.c>"
    assert one(MIMEText("é", _charset="utf-8").as_bytes()).decoded

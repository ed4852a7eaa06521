"""What nobody sees never reaches the text, whoever extracts; what a page says of itself is read."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.html.blocks import text_of
from pipeline.html.extract import Extracted, extract, extractor
from pipeline.html.markup import TooDeep, parse
from pipeline.html.settings import EXTRACTORS

TELLING = (
    "The bell in the tower has not rung since the summer, and nobody in the village knows why, "
    "although the sexton has looked at the rope, the wheel and the clapper more than once."
)
ARTICLE = "".join(f"<p>{TELLING} This is part {n}, and there is more of it.</p>" for n in range(4))
every = pytest.mark.parametrize("name", EXTRACTORS)


def page(body: str, head: str = "<title>The bell</title>", root: str = "") -> str:
    return f"<!DOCTYPE html><html{root}><head>{head}</head><body>{body}</body></html>"


def read(text: str, name: str = "trafilatura") -> Extracted:
    return extract(text, extractor(name))


UNSEEN = {
    "a script": "<script>SECRET</script>",
    "a script of data": '<script type="application/ld+json">{"articleBody": "SECRET"}</script>',
    "a script without an end": "<script>SECRET",
    "a style": "<style>p { content: 'SECRET' }</style>",
    "no script": "<noscript><p>SECRET</p></noscript>",
    "a template": "<template><p>SECRET</p></template>",
    "a frame": "<iframe src='x'>SECRET</iframe>",
    "an object": "<object><p>SECRET</p></object>",
    "a picture": "<svg><title>SECRET</title><text>SECRET</text></svg>",
    "a player": "<video>SECRET</video><audio>SECRET</audio><canvas>SECRET</canvas>",
    "a comment": "<!-- SECRET -->",
    "a processing instruction": "<?php echo 'SECRET' ?>",
    "a title in the body": "<title>SECRET</title>",
    "a list of suggestions": "<datalist><option>SECRET</option></datalist>",
    "a closed dialog": "<dialog><p>SECRET</p></dialog>",
    "the source of a formula": "<math><mi>x</mi><annotation>SECRET</annotation></math>",
    "hidden": "<div hidden><p>SECRET</p></div>",
    "hidden, with a value": '<p hidden="hidden">SECRET</p>',
    "HIDDEN in capitals": "<P HIDDEN>SECRET</P>",
    "hidden from readers": '<span aria-hidden="true">SECRET</span>',
    "hidden from readers, a block": '<div aria-hidden="TRUE"><p>SECRET</p></div>',
    "no display": '<p style="display:none">SECRET</p>',
    "no display, in other words": '<p style="color: red; DISPLAY : None !important">SECRET</p>',
    "not visible": '<div style="visibility: hidden;"><p>SECRET</p></div>',
    "collapsed": '<p style="visibility:collapse">SECRET</p>',
    "hidden within hidden": '<div hidden><p style="display:none">SECRET</p>SECRET</div>',
    "long": f"<div hidden>{ARTICLE.replace('bell', 'SECRET')}</div>",
}


@every
@pytest.mark.parametrize("unseen", UNSEEN.values(), ids=UNSEEN.keys())
def test_what_nobody_sees_never_reaches_the_text(name: str, unseen: str) -> None:
    first, rest = ARTICLE.split("</p>", 1)
    found = read(page(f"<article>{first} before{unseen}after</p>{rest}{unseen}</article>"), name)
    assert "SECRET" not in found.text
    assert "bell" in found.text
    assert "<" not in found.text


SEEN = {
    "shown again": '<p style="display:none; display:block">{}</p>',
    "a property of one's own": '<p style="--display:none">{}</p>',
    "transparent, for a script to fade in": '<p style="opacity: 0">{}</p>',
    "found by a search": '<div hidden="until-found"><p>{}</p></div>',
    "not hidden from readers": '<div aria-hidden="false"><p>{}</p></div>',
    "an open dialog": "<dialog open><p>{}</p></dialog>",
}


@pytest.mark.parametrize("shown", SEEN.values(), ids=SEEN.keys())
def test_what_can_be_seen_stays(shown: str) -> None:
    """As far as it is for us: an extractor may leave it out for what it is."""
    seen = shown.format(TELLING.replace("bell", "horn"))
    assert "horn" in extract(page(f"{ARTICLE}{seen}"), text_of).text


WHOLE = [
    f'<html><body style="visibility: hidden">{ARTICLE}</body></html>',
    f'<html style="display:none"><body hidden aria-hidden="true">{ARTICLE}</body></html>',
    f'<html><body><div aria-hidden="true"><main>{ARTICLE}</main></div><p>Agree?</p></body></html>',
]


@every
@pytest.mark.parametrize("text", WHOLE)
def test_a_page_that_shows_itself_by_script_is_read(name: str, text: str) -> None:
    assert "bell" in read(text, name).text


FACTS = """
<meta name="author" content="Ann Example">
<link rel="canonical" href="https://parish.example/bell">
<meta property="og:url" content="https://parish.example/bell?from=mail">
<meta property="article:published_time" content="2026-03-04T10:00:00+01:00">
<title>The bell that would not ring</title>
"""


@every
def test_a_page_says_what_it_is(name: str) -> None:
    found = read(page(ARTICLE, FACTS, ' lang="en-GB"'), name)
    assert found.facts == {
        "title": "The bell that would not ring",
        "author": "Ann Example",
        "published": "2026-03-04",
        "language": "en-GB",
        "url": "https://parish.example/bell",
    }


@pytest.mark.parametrize(
    ("head", "root", "facts"),
    [
        ("", "", {}),
        ("", ' lang=""', {}),
        ("", ' xml:lang="de"', {"language": "de"}),
        ('<meta http-equiv="Content-Language" content="fr, en">', "", {"language": "fr"}),
        ('<meta property="og:locale" content="pt_BR">', "", {"language": "pt_BR"}),
        (
            '<meta property="og:url" content="https://a.example/b">',
            "",
            {"url": "https://a.example/b"},
        ),
        ('<link rel="canonical" href="/b">', "", {}),
        ('<link rel="canonical" href="javascript:x">', "", {}),
        (
            '<base href="https://a.example/c/"><link rel="Canonical" href="../b">',
            "",
            {"url": "https://a.example/b"},
        ),
        ("<title>  Two\n lines </title>", "", {"title": "Two lines"}),
        ('<meta name="date" content="2031-01-02">', "", {"published": "2031-01-02"}),
    ],
)
def test_facts_are_what_is_declared(head: str, root: str, facts: dict[str, str]) -> None:
    assert read(page("<p>Nothing to see</p>", head, root)).facts == facts


LAYOUT = page(
    "<h1>The bell\nthat would   not ring</h1>"
    "<p>It has not\nrung <b>since</b> the summer.<br>Nobody &amp;lt; knows&nbsp;why.</p>"
    "<ul><li>rope</li><li><p>wheel</p><ul><li>spoke</li></ul></li></ul>"
    "<table><tr><th>Year</th><th>Rings</th></tr><tr><td>2020</td><td><p>12</p></td></tr></table>"
    "<pre>def ring():\n    return <code>None</code>\n\nring()</pre>"
    f"<p>Use <code>ring()</code> for it.</p>{ARTICLE}"
)
LAID_OUT = """The bell that would not ring

It has not rung since the summer.
Nobody &lt; knows\N{NO-BREAK SPACE}why.

rope
wheel
spoke

Year\tRings
2020\t12

def ring():
    return None

ring()

Use ring() for it."""


def test_a_block_is_a_line_and_a_paragraph_stands_apart() -> None:
    text = extract(LAYOUT, text_of).text
    assert text.startswith(LAID_OUT)
    assert text.count("\n\n" + TELLING) == 4


@every
def test_each_extractor_keeps_paragraphs_apart(name: str) -> None:
    text = read(page(f"<h1>The bell</h1>{ARTICLE}"), name).text
    assert text.removeprefix("The bell\n\n").split("\n\n") == [
        f"{TELLING} This is part {n}, and there is more of it." for n in range(4)
    ]


def test_the_menu_and_the_comments_are_left_out() -> None:
    menu = "<nav><ul><li><a href='/'>Home</a></li><li><a href='/b'>About</a></li></ul></nav>"
    comments = "<div id='comments'><h3>Comments</h3><p>First! I was here before you.</p></div>"
    text = read(
        page(f"{menu}<article>{ARTICLE}</article>{comments}<footer>All rights</footer>")
    ).text
    assert "bell" in text
    assert not re.search("Home|First!|All rights", text)


XHTML = (
    '<?xml version="1.0" encoding="ISO-8859-1"?>\n<!DOCTYPE html PUBLIC '
    '"-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">\n'
    '<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en"><head><title>Été</title>'
    f'<script src="x"/></head><body><div/>{ARTICLE}<p>Été<br/></p></body></html>'
)
BOMB = (
    "<?xml version='1.0'?><!DOCTYPE html [<!ENTITY a '"
    + "bang" * 10
    + "'>"
    + "".join(f"<!ENTITY a{n} '{('&a%s;' % (n - 1 or '')) * 10}'>" for n in range(1, 12))
    + f"]><html><body>{ARTICLE}<p>&a11;</p></body></html>"
)
ODD = {
    "XHTML": (XHTML, "bell"),
    "an entity bomb": (BOMB, "bell"),
    "controls": (page(f"{ARTICLE}<p>a\0b &#0;&#x1;&#11; \x0c\ufffe&#xFFFE; \x85</p>"), "bell"),
    "no markup": (TELLING, "bell"),
    "no body": ("<html></html>", ""),
    "blanks": ("<html> <body> \n </body></html>", ""),
    "only a comment": ("<!-- nothing -->", ""),
    "only ends": ("</p></div>", ""),
    "frames": ("<html><frameset><frame src='a'></frameset></html>", ""),
    "many elements within each other": ("<div>" * 1000 + ARTICLE, None),
    "tables within tables": ("<table><tr><td>" * 300 + ARTICLE, None),
    "data that is deep": (
        f"<script type='application/ld+json'>{'[' * 99999}</script>{ARTICLE}",
        "bell",
    ),
}


@every
@pytest.mark.parametrize(("text", "wanted"), ODD.values(), ids=ODD.keys())
def test_odd_pages_are_read(name: str, text: str, wanted: str | None) -> None:
    found = read(text, name)
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe]", found.text)
    if wanted is not None:
        assert wanted in found.text
        assert bool(found.text) == bool(wanted)
    assert found.text.count("bang") <= 1_000


def test_a_page_nested_too_deep_is_refused_not_cut() -> None:
    with pytest.raises(TooDeep, match="Excessive depth"):
        parse("<p>before</p>" + "<div>" * 100_000 + "deep")
    with pytest.raises(TooDeep, match="Excessive depth"):
        parse("<p>before</p>" + "<q></i>" * 500 + "<div>" * 3000)  # among other errors


PIECES = st.sampled_from(
    [
        *("<p>", "</p>", "<div hidden>", "</div>", "<b>", "<script>x", "</script>", "<!--", "-->"),
        *("<td>", "<table>", "&amp;", "&#", "<li", "<a href=", ">", "<", "<![CDATA[", "]]>"),
        *("<body>", "</html>", "<br/>", "\0", "\x0b", "é", "<svg>", "</svg>", "<pre>", "bell", " "),
    ]
)


@settings(max_examples=60)
@given(
    st.sampled_from(list(EXTRACTORS)),
    st.lists(PIECES | st.text(st.characters(exclude_categories=["Cs"]), max_size=5), max_size=30),
)
def test_any_soup_is_read(name: str, pieces: list[str]) -> None:
    article = extractor(name)
    soup = "".join(pieces)
    found = extract(soup, article)
    assert extract(soup, article) == found

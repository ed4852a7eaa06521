"""What the benchmark of boilerplate says can be believed: scores as by hand, holes filled."""

import gzip
import json
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from benchmarks import novels
from benchmarks.boilerplate import (
    article,
    bags,
    clean,
    cutting,
    harm,
    known,
    others,
    pages,
    placing,
    strings,
    trained,
    web,
)
from benchmarks.boilerplate.page import listing, page
from benchmarks.boilerplate.pages import Page
from benchmarks.boilerplate.score import bag, judge, precision_recall_f1
from benchmarks.boilerplate.strings import String, language_of, shown
from benchmarks.target import outcomes
from benchmarks.targets import BOILERPLATE
from pipeline.kernels.linesignals import lexis
from pipeline.kernels.wordplaces import PLACES, weights_of
from pipeline.stages import linemodel
from pipeline.stages.boilerplate import Boilerplate, BoilerplateSettings

PROSE = (
    "The miller filled seven sacks with flour before the little school opened, and the cat of the "
    "house slept on the eighth until noon."
)


def a_page(text: str, gold: str, keep: str, kind: str = "article", of: str = "en") -> Page:
    return Page("1", kind, text, gold, tuple(mark == "1" for mark in keep), of)


def test_f1_as_by_hand() -> None:
    kept, gold = bag("The cat, the CAT sat."), bag("the cat sat down")
    # the, cat and sat of five words kept, of four wanted.
    assert precision_recall_f1(kept, gold) == pytest.approx((3 / 5, 3 / 4, 2 / 3))
    assert precision_recall_f1(bag(""), bag("...")) == (1.0, 1.0, 1.0)
    assert precision_recall_f1(bag(""), gold) == (0.0, 0.0, 0.0)
    assert precision_recall_f1(kept, bag("dog")) == (0.0, 0.0, 0.0)


def test_scores_count_what_was_lost_and_what_was_cut() -> None:
    given = [
        a_page("Menu Home\nThe cat sat", "the cat sat down", "01"),
        a_page("Menu\nA dog", "a dog", "01", "forum"),
    ]
    scores = judge(given).score(["Menu The cat", "A dog"])
    # Of the first page, `sat` is lost and `Home` cut; `down` stands nowhere in it.
    assert scores["article"] == pytest.approx(
        {"pages": 1, "precision": 2 / 3, "recall": 2 / 4, "f1": 4 / 7}
        | {"gold": 4, "lost": 1, "other": 2, "cut": 1}
    )
    assert scores["forum"] | {"lost": 0, "cut": 1, "other": 1, "f1": 1.0} == scores["forum"]
    assert scores["all"]["f1"] == pytest.approx((4 / 7 + 1) / 2)
    assert (scores["all"]["gold"], scores["all"]["lost"], scores["all"]["cut"]) == (6, 1, 2)


def test_quick_f1_is_the_same_as_that_of_bags() -> None:
    given = a_page("Menu home menu\n\nThe cat sat\nthe end", "The cat, the end: of it", "0011")
    quick = bags.numbered(given)
    for mask in range(16):
        kept = np.array([bool(mask >> at & 1) for at in range(4)])
        slow = precision_recall_f1(bag(given.chosen(kept.tolist())), bag(given.gold))[2]
        assert quick.f1(kept) == pytest.approx(slow)
    chances = [np.array([0.2, 0.0, 0.9, 0.6])]
    assert bags.best_threshold([quick], chances, (0.1, 0.5, 0.8)) == 0.5


def test_folds_are_even_and_always_the_same() -> None:
    of = pages.folds(1455)
    assert (of == pages.folds(1455)).all()
    assert set(Counter(of.tolist()).values()) == {291}
    assert of[:8].tolist() != sorted(of[:8].tolist())


def test_pages_are_read_with_their_language(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "SHARED", tmp_path)
    assert pages.pages() == []
    (tmp_path / "web-lines").mkdir()
    row = {"id": "7", "type": "forum", "text": f"Home\n{PROSE}", "gold": PROSE, "keep": "01"}
    with gzip.open(tmp_path / "web-lines" / "wcxb-dev.jsonl.gz", "wt") as file:
        file.write(json.dumps(row) + "\n")
    (found,) = pages.pages()
    assert (found.kind, found.language, found.lines) == ("forum", "en", ["Home", PROSE])
    assert found.chosen(found.keep) == PROSE


def test_c4_keeps_lines_that_end_as_sentences_do() -> None:
    given = a_page('Home\nOne two three.\nSaid he: "no way"\nStop.\nno end here,', "", "00000")
    assert others.c4(3)(given) == 'One two three.\nSaid he: "no way"'
    assert others.c4(5)(given) == ""


def test_lines_become_elements_of_a_page() -> None:
    made = others.as_html(["Home", "A & B", PROSE], links=True)
    assert made.count("<ul>") == 1
    assert '<li><a href="/page">A &amp; B</a></li></ul>' in made
    assert f"<p>{PROSE}</p>" in made
    assert "<li>" not in others.as_html(["Home"], links=False)


def test_extractors_answer_with_text() -> None:
    given = a_page("\n".join(["Home", *[f"{PROSE} {PROSE}"] * 5, "Contact"]), "", "0" * 7)
    for extract in (others.with_justext(), others.with_trafilatura):
        assert "seven sacks" in extract(given)
    assert others.with_trafilatura(a_page("", "", "0")) == ""


def test_careful_cuts_what_the_stage_cuts() -> None:
    given = a_page(f"{PROSE}\nLeave a Reply\nYour email address will not be published.", "", "000")
    assert web.careful([given]) == [PROSE]


def test_the_line_model_learns_from_other_folds_only() -> None:
    some = [a_page(f"Home\n{PROSE} {at}.\nContact {at}", PROSE, "010") for at in range(60)]
    kept, seconds = trained.kept(some)
    assert seconds > 0
    assert sum(lines == [False, True, False] for lines in kept) > 50


def test_a_word_weighs_by_where_it_stands() -> None:
    given = [f"Reviews\nPlain words number {at}\nShare\n{PROSE}" for at in range(40)]
    texts = pa.array(given, pa.string())
    flags = [np.zeros(4, np.float32)] * 40
    rows = linemodel.seen(texts, flags, lexis({}, frozenset()), weights_of({})).rows
    words = [frozenset(line.lower().split()) for text in given for line in text.split("\n")]
    usual = placing.common(words, np.repeat(np.arange(40), 4))
    assert "reviews" in usual
    assert "7" not in usual
    keep = np.tile([False, False, True, True], 40)
    lines = placing.Placing(texts, rows, usual)
    found = lines.learn(keep, np.full(160, 9.0), np.ones(160, np.bool_))
    own, after = PLACES.index("own"), PLACES.index("after")
    assert found["reviews"][own] < 0 < found["share"][own]
    assert found["share"][after] < 0
    assert found == lines.learn(keep, np.full(160, 9.0), np.ones(160, np.bool_))


def test_article_is_not_measured_or_says_so_for_each_line() -> None:
    given = [a_page(f"Home\n{PROSE}", PROSE, "01")] * 5
    lines = article.kept(given)
    assert lines is None or [len(own) for own in lines] == [2] * 5


@pytest.mark.parametrize(
    ("text", "key", "line"),
    [
        ("Leave a Reply to %s", "Leave a Reply to %s", "Leave a Reply to Ann Example"),
        (
            "Felder sind mit %s markiert",
            "Required fields are marked %s",
            "Felder sind mit * markiert",
        ),
        ("% Comments", "% Comments", "12 Comments"),
        ("&laquo; Older", "&laquo; Older Comments", "« Older"),
        ("{{PLURAL:$1|Category|Categories}}", "pagecategories", "Categories"),
        ("accessed {{PLURAL:$1|once|$1 times}}.<br />", "viewcount", "accessed 12 times."),
        ("{{PLURAL:$1|1=one|5=five}}", "hidden-categories", "five"),
        ("Über {{GRAMMAR:akkusativ|{{SITENAME}}}}", "aboutsite", "Über Example"),
        ("{{ucfirst:{{SITENAME}}}} ci", "tagline", "Example ci"),
        ("edited on $1, at $2.", "lastmodifiedat", "edited on 2024-05-12, at 12:30."),
        ("(from <b>$1</b>)", "redirectedfrom", "(from Example)"),
        ("under [[Project:L|$1]]", "copyright", "under Creative Commons Attribution"),
        ("read our {privacyPolicy}.", "text", "read our Example."),
        ("a\xa0 b ", "name", "a b"),
    ],
)
def test_holes_are_filled_with_what_a_page_shows(text: str, key: str, line: str) -> None:
    assert shown(text, key) == line


@pytest.mark.parametrize(
    ("source", "locale", "text", "language"),
    [
        ("wordpress-6.1.9", "de_DE", "Name", "de"),
        ("wordpress-6.1.9", "sr_RS", "Коментар", "mk"),
        ("mediawiki-1.39", "sr-el", "Komentar", "hr"),
        ("mediawiki-1.39", "nb", "Navn", "no"),
        ("mediawiki-1.39", "se", "Bálddalas", ""),
        ("tarteaucitron", "se", "Stäng", "sv"),
        ("tarteaucitron", "cn", "关闭", "zh-cn"),
        ("wordpress-6.1.9", "zh_HK", "留言", "zh-tw"),
        ("mediawiki-1.39", "mo", "Купринс", ""),
        ("mediawiki-1.39", "hy", "Խմբագրել", "hy"),
    ],
)
def test_locales_have_the_language_of_the_measure(
    source: str, locale: str, text: str, language: str
) -> None:
    assert language_of(source, locale, text) == language


def test_each_different_string_counts_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strings, "SHARED", tmp_path)
    assert known.measure()["strings"] == 0
    (tmp_path / "boilerplate-strings").mkdir()
    rows = [
        "source\tkind\tlocale\tkey\ttext",
        "wordpress-6.1.9\tcomment-form/nav\ten_CA\tLeave a Reply\tLeave a Reply",
        "wordpress-6.1.9\tcomment-form/nav\ten\tLeave a Reply\tLeave a Reply",
        "wordpress-6.1.9\tcomment-form/nav\ten\tMeta\tThe cat sat on the mat",
        'mediawiki-1.39\tfooter\ten\tretrievedfrom\t"Retrieved from ""$1"""',
        "tarteaucitron\tcookie-banner\ten\tmiddleBarHead\t☝️ 🍪",
    ]
    (tmp_path / "boilerplate-strings" / "strings.tsv").write_text("\n".join(rows), "utf-8")
    found = known.measure()
    assert found["strings"] == 3
    assert found["kinds"][strings.COMMENTS]["all"]["strings"] == 1
    assert found["languages"]["en"][strings.COMMENTS]["any"] == 1
    assert found["kinds"][strings.BLOG]["ruled"] == {"strings": 1, "any": 0, "line": 0}
    assert found["forms"] == {"languages": 1, "half": 1}


def test_strings_are_matched_by_rules_of_their_language_only() -> None:
    line = "Your email address will not be published."
    lines = [String(strings.COMMENTS, "x", of, line) for of in ("en", "")]
    ours, nobodys = known.matched(lines)
    assert ours
    assert not nobodys


def test_clean_texts_become_documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = "<html><body>\n<h1>Right &amp; left</h1>\n\n<p>All <b>are</b></p>\n</body></html>"
    assert clean.lines_of_page(made) == "Right & left\nAll are"
    lines = [str(number) for number in range(45)]
    groups = clean.grouped(lines, lambda group: len(group) >= clean.SENTENCES)
    assert [group.count("\n") + 1 for group in groups] == [20, 20, 5]
    assert "\n".join(groups) == "\n".join(lines)
    for module in (clean, novels):
        monkeypatch.setattr(module, "SHARED", tmp_path)
    read = {source.name: len(source.read()) for source in clean.sources()}
    assert read.pop("novels") > 0, "the example's texts are always there"
    assert set(read.values()) == {0}


def test_cuts_are_counted_with_their_rule_and_text() -> None:
    stage = Boilerplate(BoilerplateSettings())
    texts = [f"{PROSE}\n\nLeave a Reply\nYour email address will not be published.", PROSE]
    done = cutting.cut(cutting.table_of(texts, ["en", "en"]), stage)
    assert done["text"].to_pylist() == [PROSE, PROSE]
    made = list(cutting.edits_of(done))
    assert {language for language, _, _ in made} == {"en"}
    assert "Leave a Reply" in "\n".join(text for _, _, text in made)
    assert cutting.failed(done) == 0


def measured() -> dict[str, object]:
    """Numbers that keep every promise just so."""
    scores = judge([a_page("Menu\nA dog", "a dog", "01")]).score(["A dog"])
    article_scores = {"all": scores["all"] | {"f1": 0.85}, "article": scores["article"]}
    rows = [
        {"name": web.CAREFUL, "seconds": 1.0, "scores": scores},
        {"name": web.ARTICLE, "seconds": None, "scores": article_scores},
    ]
    counts = {"strings": 3, "any": 2, "line": 1}
    return {
        "date": "2026-11-22",
        "machine": {"cores": "2"},
        "bystanders": 0.25,
        "web": {"pages": 1, "lines": 2, "bytes": 10, "rows": rows},
        "strings": {
            "strings": 3,
            "locales": 1,
            "kinds": {kind: {"all": counts, "ruled": counts} for kind in strings.KINDS},
            "languages": {"en": dict.fromkeys(strings.KINDS, counts)},
            "ruled": ["en"],
            "forms": {"languages": 1, "half": 1},
        },
        "harm": [
            {"source": name, "what": "texts", "strength": "careful", "documents": 1}
            | {"languages": 1, "words": 10, "cuts": 0, "lost": 0, "failed": 0}
            for name in ("novels", "udhr", "xquad", "neardup")
        ],
        "cuts": [["careful", "neardup", "en", "rule", "a | b\nc", 3]],
        "speed": [
            {"texts": "novels", "strength": "careful", "part": part, "megabytes": 1.0}
            | {"passed": 0.5, "rate": 60.0}
            for part in ("screen", "whole stage")
        ],
    }


def test_targets_are_computed_from_the_numbers() -> None:
    given = measured()
    assert all(outcome.kept for outcome in outcomes({"boilerplate": given}, BOILERPLATE))
    given["web"]["rows"][0]["scores"]["all"] |= {"lost": 4, "gold": 1000}
    given["web"]["rows"][1]["scores"]["all"] |= {"f1": 0.849}
    given["speed"][0]["rate"] = 59.0
    for row in given["harm"]:
        row["cuts"] = 1
    assert not any(outcome.kept for outcome in outcomes({"boilerplate": given}, BOILERPLATE))


def test_what_is_not_there_is_not_measured() -> None:
    given = measured()
    given["web"] = {"pages": 0, "rows": []}
    given["strings"] = {"strings": 0}
    given["harm"], given["cuts"] = [], []
    text = page(given)
    assert text.count("not here: not measured") == 3
    kept = [outcome.kept for outcome in outcomes({"boilerplate": given}, BOILERPLATE)]
    assert kept == [None] * 5 + [True]
    given = measured()
    given["web"]["rows"][1]["scores"] = None
    assert f"| **{web.ARTICLE}** | not measured |" in page(given)


def test_the_page_and_the_list_hold_every_cut() -> None:
    given = measured()
    assert "| neardup | careful | rule | 3 | 1 |" in page(given)
    assert listing(given["cuts"]).split("\n") == [
        "times\tstrength\tsource\tlanguage\trule\ttext",
        "3\tcareful\tneardup\ten\trule\ta | b\\nc",
        "",
    ]


def test_harm_is_a_row_for_each_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = clean.Source("mine", "texts", lambda: [f"{PROSE}\n\nLeave a Reply\nName\nEmail", PROSE])
    none = clean.Source("absent", "texts", list)
    monkeypatch.setattr(harm, "sources", lambda: iter([one, none]))
    rows, cuts = harm.measure()
    ours = [row for row in rows if row["strength"] == "careful"]
    assert [(row["source"], row["documents"], row["failed"]) for row in ours] == [("mine", 2, 0)]
    assert ours[0]["cuts"] == sum(n for cut, n in cuts.items() if cut[0] == "careful") > 0

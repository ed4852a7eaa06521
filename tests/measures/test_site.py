"""Where a document is from, by its record and by its file."""

import json
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.measures import site

RECORDS = [
    ({"url": "https://www.Example.org/a?b#c"}, "example.org", "the host, small, without www"),
    ({"link": "http://ann:secret@news.example:8080/"}, "news.example", "without name and port"),
    ({"URL": "//cdn.example/x"}, "cdn.example", "fields in any case, addresses without scheme"),
    ({"feed": "https://feeds.example/rss"}, "feeds.example", "a name may be an address"),
    ({"site": " Evening Post "}, "evening post", "or a name"),
    ({"site": "Post", "url": "https://a.example"}, "a.example", "an address says more"),
    ({"link": "https://b.example", "url": "https://a.example"}, "a.example", "in a fixed order"),
    ({"url": "no address", "site": "post"}, "post", "what is no address says nothing"),
    ({"url": "", "site": "  "}, "texts", "nor does what is empty"),
    ({"url": 7}, "texts", "nor a number"),
    ({"image": {"url": "https://cdn.example"}}, "texts", "nor what is of a part"),
    ({"image": {"url": "https://cdn.example"}, "site": "post"}, "post", "beside it is the record"),
    ({"title": 'says "url": "https://no.example"'}, "texts", "nor what a text says"),
    ({"url": 'https://q.example/"x"'}, "q.example", "whatever else is in it"),
    ({"url": "https://r.example/{id}"}, "r.example", "braces in a text are no part"),
    ({"site": "{post}", "a": {}}, "{post}", "in a name neither"),
    ({"site": "Épost", "a": {"b": 1}}, "épost", "whatever letters it has"),
    ({}, "texts", "else the file"),
]


@pytest.mark.parametrize(("record", "wanted", "why"), RECORDS)
def test_what_a_record_says(record: dict[str, Any], wanted: str, why: str) -> None:
    texts = pa.array([json.dumps(record, ensure_ascii=False)])
    assert site.measure(texts, pa.array(["texts.jsonl"])).to_pylist() == [wanted], why


FILES = [
    ("a.txt", ".", "a text is of its folder"),
    ("harbour/a.txt", "harbour", ""),
    ("harbour/post.html", "harbour", ""),
    ("post.jsonl.gz", "post", "a file of many records is a source"),
    ("feeds/post.parquet", "feeds/post", ""),
    ("feeds/post.snappy.parquet", "feeds/post", ""),
    ("2026-11-21/post.txt", "0", "dates are one"),
    ("post/2026/11/21/a.txt", "post/0", ""),
    ("post-20261121.csv", "post-0", ""),
    ("part-00017.jsonl", "part-0", "and so are parts of one delivery"),
    ("part-00017-9b2c1a00-1111-2222-3333-444455556666-c000.parquet", "part-0-0-c0", ""),
    ("site12/a.txt", "site12", "a short number is a name"),
]


@pytest.mark.parametrize(("source", "wanted", "why"), FILES)
def test_what_a_file_says(source: str, wanted: str, why: str) -> None:
    assert site.measure(pa.array(["{}"]), pa.array([source])).to_pylist() == [wanted], why


def test_records_that_are_hard_to_read_cost_nobody_else_anything() -> None:
    deep = '{"a": ' * 5000 + "1" + "}" * 5000
    lone = '{"site": "\\ud800", "a": {}}'
    texts = pa.array([deep, lone, '{"site": "post"}'])
    assert site.measure(texts, pa.array(["texts.jsonl"] * 3)).to_pylist() == ["texts", "?", "post"]


@given(st.lists(st.sampled_from(RECORDS), max_size=6))
def test_many_at_once_are_as_each_alone(chosen: list[tuple[dict[str, Any], str, str]]) -> None:
    texts = pa.array([json.dumps(record) for record, *_ in chosen], pa.string())
    sources = pa.array(["texts.jsonl"] * len(chosen), pa.string())
    assert site.measure(texts, sources).to_pylist() == [wanted for _, wanted, _ in chosen]

"""Counting into bins, and where the marks of a chart go."""

from itertools import pairwise

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.report import charts
from pipeline.report.histogram import Bin, lengths, shares


def chunked(values: list[float | None], kind: pa.DataType) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(values, kind)])


def test_a_value_on_an_edge_belongs_to_the_bin_above() -> None:
    histogram = shares(20)
    histogram.add(chunked([0.9, 0.95, 1.0, None], pa.float32()))
    assert histogram.bins() == [Bin(0.9, 0.95, 1), Bin(0.95, 1.0, 2)]


def test_bins_can_begin_before_the_first_value_and_end_after_the_last() -> None:
    histogram = shares(10)
    histogram.add(chunked([0.85], pa.float32()))
    assert histogram.bins(from_edge=0.75, to_end=True) == [
        Bin(0.7, 0.8, 0),
        Bin(0.8, 0.9, 1),
        Bin(0.9, 1.0, 0),
    ]
    assert shares(10).bins(from_edge=0.75, to_end=True) == []


@given(st.lists(st.lists(st.integers(0, 10**11))))
def test_every_length_is_counted_once_however_it_arrives(batches: list[list[int]]) -> None:
    histogram, whole = lengths(), lengths()
    for batch in batches:
        histogram.add(chunked(list(batch), pa.int64()))
    values = [value for batch in batches for value in batch]
    whole.add(chunked(list(values), pa.int64()))
    assert histogram.bins() == whole.bins()
    assert sum(one.count for one in whole.bins()) == len(values)
    for low, high in [(one.low, one.high) for one in whole.bins()][:-1]:
        expected = sum(low <= value < high for value in values)
        assert next(one.count for one in whole.bins() if one.low == low) == expected


def test_lengths_are_even_on_a_logarithmic_scale() -> None:
    histogram = lengths()
    histogram.add(chunked([10, 10**6], pa.int64()))
    edges = [one.low for one in histogram.bins()]
    assert len(edges) == 26
    assert all(1.5 < high / low < 1.7 for low, high in pairwise(edges))


def test_columns_are_as_high_as_their_counts_and_none_that_counts_is_invisible() -> None:
    drawn = charts.columns([Bin(1, 2, 1000), Bin(2, 4, 500), Bin(4, 6, 0), Bin(6, 10, 1)])
    heights = [column.height for column in drawn.columns]
    assert heights[0] == 2 * heights[1]
    assert heights[2] == 0
    assert heights[3] > 1
    assert [column.value for column in drawn.columns] == ["1k", "500", "", "1"]
    assert drawn.words == "1 to 2: 1,000; 2 to 4: 500; 6 to 10: 1"
    assert [tick.label for tick in drawn.ticks] == ["1", "2", "4", "6", "10"]


@pytest.mark.parametrize("bins", [1, 7, 26, 50])
def test_a_histogram_of_any_size_stays_in_its_frame(bins: int) -> None:
    drawn = charts.columns([Bin(at, at + 1, at) for at in range(bins)])
    assert drawn.columns[-1].x + drawn.columns[-1].width <= charts.WIDTH
    assert len(drawn.ticks) <= 8
    assert all(column.y >= 10 for column in drawn.columns), "room for the number above"


def test_a_bar_list_shows_fifteen_and_sums_up_the_rest() -> None:
    counts = {f"l{at:02}": 100 - at for at in range(20)} | {"tie-b": 100, "tie-a": 100}
    drawn = charts.rows(counts)
    assert [row.label for row in drawn.rows[:3]] == ["l00", "tie-a", "tie-b"]
    assert len(drawn.rows) == 16
    assert drawn.rows[-1].label == "7 other"
    rest = sum(sorted(counts.values())[:7])
    assert drawn.rows[-1].value.startswith(f"{rest} · ")


def test_a_flow_parts_all_that_came_in() -> None:
    drawn = charts.flow([("kept", "published", 90), ("rejected", "empty", 10)])
    assert [band.height for band in drawn.bands] == pytest.approx([171, 19])
    assert drawn.whole == pytest.approx(190)
    assert drawn.words.replace("\u202f", " ") == "published: 90 · 90.0 %; empty: 10 · 10.0 %"
    assert charts.flow([]).bands == ()


def test_labels_of_a_flow_never_touch_each_other() -> None:
    parts = [("kept", "published", 10**6)] + [("rejected", str(at), 1) for at in range(9)]
    middles = [band.middle for band in charts.flow(parts).bands]
    assert all(below - above >= 20 for above, below in pairwise(middles))

"""The model of lines reads its file, and chooses lines as it says."""

import numpy as np
import pyarrow as pa
import pytest

from pipeline.kernels.trees import scores
from pipeline.stages.linemodel import chosen, kept, line_model, parse, probabilities, seen

PROSE = "The tide had gone out further than anyone remembered, and the boats lay on their sides."
PAGE = "\n".join(
    [
        *["Home", "About us", "Shop", "Sign in", "Cart", "Newsletter", "Follow us"],
        "The harbour at low water",
        *[PROSE, f"{PROSE} Nobody had an answer to that.", f"Still, {PROSE.lower()}"] * 3,
        *["Related articles", "Ten best beaches", "Contact us", "Careers", "Privacy policy"],
    ]
)


def test_a_file_is_read() -> None:
    model = parse(
        {
            "stop_words": ["the"],
            "words": {"cart": -1.0},
            "places": {"reviews": [0, 0, 0, 0, 0, 0, 0, -0.5]},
            "base": 0.25,
            "trees": [["chars", 10, -1.0, ["lexis", 0, 2.0, 3.0]], 0.5],
        }
    )
    rows = np.zeros((3, 200), np.float32)
    rows[1, 0] = rows[2, 0] = 11
    rows[2, 21] = 1
    assert scores(rows, model.trees).tolist() == [-0.25, 2.75, 3.75]
    assert model.places.weights.sum() == -0.5


def test_words_around_a_line_are_asked_for() -> None:
    tree = ["said_heading", -0.25, -1.0, 1.0]
    places = {"reviews": [0, 0, 0, 0, 0, 0, 0, -0.5]}
    model = parse({"stop_words": [], "words": {}, "places": places, "base": 0, "trees": [tree]})
    texts = pa.array(["Harbour\nA quiet place to stay\nReviews\nA quiet place to stay"])
    rows = seen(texts, [np.zeros(4, np.float32)], model.words, model.places).rows
    assert scores(rows, model.trees).tolist() == [1, 1, 1, -1]


def test_a_feature_that_nobody_knows_is_an_error() -> None:
    with pytest.raises(ValueError, match="colour"):
        parse(
            {
                "stop_words": [],
                "words": {},
                "places": {},
                "base": 0,
                "trees": [["colour", 1, 0, 1]],
            }
        )


CHOICES = [
    pytest.param([0.9, 0.9, 0.1], [10, 10, 10], [True, True, False], id="the likely ones"),
    pytest.param([0.3, 0.1], [10, 10], [True, False], id="the likeliest even where none is likely"),
    pytest.param([0.9, 0.4, 0.4], [100, 1, 1], [True, False, False], id="small change is left"),
    pytest.param([0.0, 0.0], [10, 10], [False, False], id="nothing where nothing can be right"),
    pytest.param([], [], [], id="no lines"),
]


@pytest.mark.parametrize(("likely", "words", "wanted"), CHOICES)
def test_choosing(likely: list[float], words: list[int], wanted: list[bool]) -> None:
    found = chosen(np.array(likely), np.array(words, np.float32))
    assert found.tolist() == wanted


def test_a_line_is_drawn_to_its_neighbours() -> None:
    alone = probabilities(np.array([2.0]))[0]
    assert probabilities(np.array([2.0, -4.0, 2.0]))[0] < alone
    assert probabilities(np.array([2.0, 2.0]))[0] == alone
    assert probabilities(np.array([])).tolist() == []


def test_a_page_is_judged_by_itself_alone() -> None:
    flags = np.zeros(PAGE.count("\n") + 1, np.float32)
    one = kept(pa.array([PAGE]), [flags], line_model())[0]
    many = kept(pa.array(["x\ny", PAGE, PROSE]), [flags[:2], flags, flags[:1]], line_model())[1]
    assert one.tolist() == many.tolist()
    stays = [line for line, keep in zip(PAGE.split("\n"), one, strict=True) if keep]
    assert [line for line in stays if len(line) > 60] == [
        line for line in PAGE.split("\n") if len(line) > 60
    ]
    assert not {"Home", "Cart", "Careers", "Sign in"} & set(stays)

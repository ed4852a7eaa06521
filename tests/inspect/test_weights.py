"""For how many records each one of a sample stands."""

from pipeline.inspect.allowance import Deadline, Meter
from pipeline.inspect.estimates import Count, Estimate, estimate, ratio
from pipeline.inspect.listing import Listed, Looked
from pipeline.inspect.stretches import Cut, Stretch
from pipeline.inspect.visits import Visit
from pipeline.inspect.watched import Chains
from pipeline.inspect.weights import weigh
from pipeline.sources.raw import Part


def looked(*sizes: int, group: str = "text", unread: str | None = None) -> list[Looked]:
    return [
        Looked(Listed(n, "d", b"%d" % n), str(n), size, (group, ""), unread)
        for n, size in enumerate(sizes)
    ]


def seen(taken: int, estimate: Estimate | None = None, *, whole: bool = True) -> Visit:
    known = Estimate(taken) if estimate is None and whole else estimate
    return Visit(Chains(""), taken, whole, known, 0)


def test_all_was_counted() -> None:
    found = weigh(looked(5, 5), {0: seen(3), 1: seen(4)}, 2, complete=True)
    assert (found.records, found.low, found.high, found.exact) == (7, 7, 7, True)
    assert found.of == {0: 1.0, 1: 1.0}


def test_files_that_were_not_read_are_like_those_that_were() -> None:
    visits = {0: seen(10), 1: seen(20)}
    found = weigh(looked(100, 200, 300), visits, 3, complete=True)
    assert found.records == 60
    assert found.of == {0: 2.0, 1: 2.0}
    assert not found.exact


def test_one_record_a_file_is_one_record_a_file() -> None:
    visits = {n: seen(1) for n in range(5)}
    found = weigh(looked(*range(1, 11)), visits, 1000, complete=True)
    assert (found.records, found.low, found.high) == (1000, 1000, 1000)
    assert found.of[0] == 200.0


def test_some_of_a_file_stands_for_all_of_it() -> None:
    visits = {0: seen(10, Estimate(1000, 50), whole=False)}
    found = weigh(looked(9), visits, 1, complete=True)
    assert (found.records, found.low, found.high) == (1000, 900, 1100)
    assert found.of == {0: 100.0}


def test_what_cannot_be_told_is_left_out() -> None:
    files = [*looked(5, 5), *looked(5, 5, group="zip")]
    found = weigh(files, {0: seen(1), 1: seen(2, whole=False)}, 4, complete=True)
    assert found.unknown == 3
    assert (found.records, found.exact) == (3, False)


def test_files_that_nothing_reads_are_a_record_each() -> None:
    found = weigh(looked(5, 5, unread="no reader"), {}, 20, complete=True)
    assert (found.records, found.of) == (20, {0: 10.0, 1: 10.0})


def test_nothing() -> None:
    assert weigh([], {}, 0, complete=True).exact
    assert not weigh([], {}, 9, complete=False).exact
    assert weigh(looked(0, 0), {0: seen(0)}, 2, complete=True).records == 0


def test_a_ratio_and_its_error() -> None:
    assert ratio([(10, 100), (10, 100)], 1000) == Estimate(100.0, 0.0)
    near, far = ratio([(10, 100), (11, 100)], 1000), ratio([(1, 100), (20, 100)], 1000)
    assert (near.records, far.records) == (105.0, 105.0)
    assert near.error < far.error
    assert ratio([(5, 0)], 0).records == 0


def test_items_that_are_no_records_are_not_counted() -> None:
    """A format numbers requests and responses; every other one is a record."""
    parts = [Part(at, at + 100, 100, 1 + 10 * at // 100) for at in range(0, 1000, 100)]
    chosen = [Stretch(part) for part in parts[::3]]
    plan = Cut(parts, chosen, True, 1000)
    meter = Meter(Deadline(lambda: 0.0, 1), 1000, records=20)
    counts = [Count(stretch, 5, True) for stretch in chosen]
    found = estimate(plan, counts, meter, 1000, 999)
    assert found is not None
    assert found.records == 50
    torn = estimate(plan, [Count(stretch, 5, False) for stretch in chosen], meter, 1000, 999)
    assert torn is not None
    assert torn.records == 100

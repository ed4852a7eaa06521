"""The steps, in order: read this and know the whole.

    ingest -> repair -> count_words -> find_slips -> mend -> count_lines -> find_repeats -> strip
    -> measure -> deduplicate -> count_passages -> find_passages -> cut_passages
    -> publish -> commit

Each step reads a dataset of the dump's work folder and writes the next, of which it stores only
what it has changed; rows in = rows out until publish parts them into documents and rejected.
`publish` makes a candidate beside what readers see; only `commit` lets it take that place, so that
expectations can be asked in between.

A dataset lies in a folder named after the fingerprint of what it is made from: code, rules, recipe,
input. A step that finds it finished returns it; one that finds some shards makes the others.
"""

import hashlib
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline import schema
from pipeline.dedup.order import KeepOrder
from pipeline.engine.engine import Kernel, ordered
from pipeline.index import making
from pipeline.index import parts as index_parts
from pipeline.index.part import Part
from pipeline.index.signing import SIGNED_FROM
from pipeline.index.signing import signatures as sign_kernel
from pipeline.provenance import digest_of
from pipeline.slips.judge import Totals
from pipeline.steps import deduplicate as dedup_step
from pipeline.steps import ingest as ingest_step
from pipeline.steps import lines as lines_step
from pipeline.steps import passages as passages_step
from pipeline.steps import publish as publish_step
from pipeline.steps import words as words_step
from pipeline.steps.measure import measure as measure_kernel
from pipeline.steps.mend import mend as mend_kernel
from pipeline.steps.repair import repair as repair_kernel
from pipeline.steps.strip import strip as strip_kernel
from pipeline.store import again
from pipeline.store import commit as store_commit
from pipeline.store.dataset import (
    Dataset,
    Shard,
    StoreError,
    Target,
    read_batches,
)
from pipeline.underway import Run, published

# What the manifests of published datasets count: column, and how often a row counts.
_COUNTED = {"rejected": ("verdict", None), "passed_over": ("kind", "items")}
# Kept of a dump that is published: most of the next run over it, where little of it has changed.
_KEPT = ("raw_documents", "repaired_documents")


def ingest(run: Run) -> Dataset:
    """Raw files to documents: one row a record, decoded or rejected.

    Of a dump that was read before only the shards whose files have changed are read, and those
    with a file whose reading failed. Raises `DumpError` where the dump cannot be listed.
    """
    shards = ingest_step.plan(run.place, run.recipe.ingest)
    listing = hashlib.sha256(repr([shard.to_pylist() for shard in shards]).encode()).hexdigest()
    planned = run.target("plan", schema.PLAN, [listing], section="ingest")
    plan = planned.finished() or planned.finish(
        planned.write(f"part-{at:05d}.parquet", [shard]) for at, shard in enumerate(shards)
    )
    kernel = partial(
        ingest_step.read,
        place=run.place,
        dump=run.dump,
        settings=run.recipe.ingest,
    )
    _only(plan)
    target = again.shard_by_shard(
        run.target(
            "raw_documents",
            schema.RAW,
            [plan.fingerprint],
            compression="zstd",  # it is kept, and there is more of it than of anything
            section="ingest",
        ),
        plan,
    )
    again.drop(target, _read_well)
    again.take_over(target, plan, _read_well)
    return _only(_as_it_was_read(run.engine.map(kernel, plan, target), target))


def _failures(shard: Path) -> list[str]:
    """Of which files the reading failed, and how."""
    return [
        f"{row['source']}: {row['reason']}"
        for table in read_batches(shard, ["source", "reason"])
        for row in table.filter(pc.is_valid(table["reason"])).to_pylist()
        if ingest_step.reading_failed(row["reason"])
    ]


def _read_well(shard: Path) -> bool:
    """Whether nothing failed, and the shard can be read itself."""
    try:
        return not _failures(shard)
    except StoreError:
        return False


def _as_it_was_read(raw: Dataset, target: Target) -> Dataset:
    """The dataset; where reading failed, with a fingerprint that only equal failures lead to, so
    that it does not pass for what the plan promises.
    """
    failures = [failure for path in raw.paths for failure in _failures(path)]
    if not failures:
        return raw
    fingerprint = digest_of([target.provenance.fingerprint, *failures])
    told = replace(target, provenance=replace(target.provenance, fingerprint=fingerprint))
    return told.finish(Shard(**file) for file in raw.manifest()["files"])


def repair(run: Run) -> Dataset:
    """Web pages to texts, mojibake, language, odd characters, and which words no list holds."""
    raw = run.dataset("raw_documents")
    target = run.target(
        "repaired_documents", schema.REPAIRED, [raw.fingerprint], raw, compression="zstd"
    )
    target = again.shard_by_shard(target, raw)
    again.take_over(target, raw, lambda _: True)
    return _same_rows(raw, run.engine.map(partial(repair_kernel, recipe=run.recipe), raw, target))


def count_words(run: Run) -> Dataset:
    """How many documents of the dump use each word that the language's list does not hold."""
    repaired = run.dataset("repaired_documents")
    parts = run.engine.map(
        words_step.count,
        repaired,
        run.target("word_counts_parts", schema.WORD_COUNTS, [repaired.fingerprint]),
        columns=words_step.COUNTED,
    )
    target = run.target("word_counts", schema.WORD_COUNTS, [repaired.fingerprint])
    return _only(run.engine.shuffle_map(words_step.add_up, [_only(parts)], "strokes", target))


def find_slips(run: Run) -> Dataset:
    """Which of those words are slips of others, by all dumps' counts."""
    counts = [run.dataset("word_counts"), *run.of_other_dumps("word_counts")]
    inputs = [_named(each) for each in counts[1:]]
    target = run.target("slips", schema.SLIPS, [counts[0].fingerprint, *inputs])
    kernel = partial(
        words_step.slips, dump=run.dump, totals=_totals(counts), settings=run.recipe.typos
    )
    return _only(run.engine.shuffle_map(kernel, counts, "strokes", target))


def _named(dataset: Dataset) -> str:
    """Which dataset of another dump it is."""
    return f"{dataset.dump} {dataset.fingerprint}"


def _totals(counts: Iterable[Dataset]) -> dict[str, Totals]:
    """Documents and words of each language."""
    totals: dict[str, Totals] = {}
    for dataset in counts:
        for row in dataset.rows_where("word", lambda words: pc.equal(words, "")):
            so_far = totals.get(row["language"], Totals())
            totals[row["language"]] = Totals(
                so_far.documents + row["documents"], so_far.words + row["words"]
            )
    return totals


def mend(run: Run) -> Dataset:
    """Look-alike slips."""
    repaired, slips = run.dataset("repaired_documents"), run.dataset("slips")
    inputs = [repaired.fingerprint, slips.fingerprint]
    target = run.target("mended_documents", schema.MENDED, inputs, repaired)
    kernel = partial(mend_kernel, recipe=run.recipe, slips=slips)
    return _same_rows(repaired, run.engine.map(kernel, repaired, target))


def count_lines(run: Run) -> Dataset:
    """How many documents of each site have each line, and how many those are."""
    mended = run.dataset("mended_documents")
    parts = run.engine.map(
        lines_step.count,
        mended,
        run.target("line_counts_parts", schema.LINES_HERE, [mended.fingerprint]),
        columns=lines_step.COUNTED,
    )
    target = run.target("line_counts", schema.LINES_HERE, [mended.fingerprint])
    return _only(
        run.engine.shuffle_map(ordered(lines_step.add_up, "line"), [_only(parts)], "line", target)
    )


def find_repeats(run: Run) -> Dataset:
    """Which of those lines are their site's boilerplate, by all dumps' counts."""
    mended = run.dataset("mended_documents")
    counts = [run.dataset("line_counts"), *run.of_other_dumps("line_counts")]
    inputs = [counts[0].fingerprint, *map(_named, counts[1:])]
    target = run.target("site_totals", schema.SITES, inputs)
    sites = target.finished() or _alone(target, lines_step.totals(counts))
    kernel = partial(
        lines_step.learn, dump=run.dump, sites=_only(sites), settings=run.recipe.repeats
    )
    target = run.target("learned_lines", schema.LEARNED, inputs)
    learned = _only(run.engine.shuffle_map(ordered(kernel, "line"), counts, "line", target))
    target = run.target("repeated_lines", schema.REPEATED_LINES, inputs)
    if not learned.rows:
        return _only(target.finished() or _alone(target, schema.REPEATED_LINES.empty_table()))
    show = partial(lines_step.show, learned=learned)
    return _only(run.engine.map(show, mended, target, columns=lines_step.LOOKED_AT))


def strip(run: Run) -> Dataset:
    """Boilerplate: what sites repeat, and what the rules name."""
    mended, repeated = run.dataset("mended_documents"), run.dataset("repeated_lines")
    inputs = [mended.fingerprint, repeated.fingerprint]
    target = run.target("stripped_documents", schema.STRIPPED, inputs, mended)
    kernel = partial(strip_kernel, recipe=run.recipe, repeated=repeated)
    made = run.engine.map(kernel, mended, target, columns=schema.STRIPPED.names)
    return _same_rows(mended, made)


def measure(run: Run) -> Dataset:
    """Measures, and the verdicts that follow from them."""
    stripped = run.dataset("stripped_documents")
    target = run.over(stripped, "measured_documents", schema.MEASURED)
    kernel = partial(measure_kernel, recipe=run.recipe)
    made = run.engine.map(kernel, stripped, target, columns=schema.STRIPPED.names)
    return _same_rows(stripped, made)


def sign(run: Run) -> tuple[Dataset, Dataset]:
    """(signatures of what may be published, the keys by which documents meet, in order)."""
    settings, measured = run.recipe.dedup, run.dataset("measured_documents")
    signed = run.engine.map(
        partial(sign_kernel, settings=settings),
        measured,
        run.target("signatures", schema.SIGNED, [measured.fingerprint], layout="flat"),
        columns=SIGNED_FROM,
    )
    keys = making.keys_in_order(
        run.engine,
        _same_rows(measured, signed),
        lambda name, columns, layout: run.target(
            name, columns, [signed.fingerprint], layout=layout
        ),
        settings,
    )
    return signed, _only(keys)


def deduplicate(run: Run) -> Dataset:
    """Exact and near duplicates, within the dump and against all that is published; those of dumps
    that are new with it are found with them.
    """
    runs = run.new_dumps()
    signed = [sign(each) for each in runs]
    store_commit.finish_all(run.out)
    inputs, parts = _compared(runs), _parts(runs)
    dumps = {each.dump for each in runs} | {part.dump for part in parts}
    order = KeepOrder(run.recipe.dedup, tuple(sorted(dumps)))
    targets = [each.target("near_duplicates", schema.NEAR_DUPLICATES, inputs) for each in runs]
    passes = runs[0]
    if not all(target.finished() for target in targets):
        found = dedup_step.find(
            run.engine,
            [signatures for signatures, _ in signed],
            [keys for _, keys in signed],
            parts,
            lambda name, columns, layout: passes.target(
                f"near_duplicates_passes/{name}", columns, inputs, layout=layout
            ),
            order,
        )
        kernel = partial(dedup_step.fates, dropped=found.dropped, order=order)
        for target, (signatures, _) in zip(targets, signed, strict=True):
            run.engine.map(kernel, signatures, target, columns=["doc_id"])
    shutil.rmtree(passes.work / "near_duplicates_passes", ignore_errors=True)
    for each in runs:
        _same_rows(each.dataset("measured_documents"), each.dataset("near_duplicates"))
    return run.dataset("near_duplicates")


def count_passages(run: Run) -> Dataset:
    """The long paragraphs of what is kept; none where they are not wanted."""
    measured, fates = run.dataset("measured_documents"), run.dataset("near_duplicates")
    inputs = [measured.fingerprint, fates.fingerprint]
    if not run.recipe.dedup.passages:
        target = run.target("passage_counts", schema.PASSAGES, inputs)
        return _only(target.finished() or _alone(target, schema.PASSAGES.empty_table()))
    parts = run.engine.map(
        partial(passages_step.count, settings=run.recipe.dedup),
        measured,
        run.target("passage_parts", schema.PASSAGES, inputs),
        columns=passages_step.COUNTED,
        beside=fates,
    )
    target = run.target("passage_counts", schema.PASSAGES, inputs)
    return _only(
        run.engine.shuffle_map(
            ordered(passages_step.add_up, "passage"), [_only(parts)], "passage", target
        )
    )


def find_passages(run: Run) -> Dataset:
    """How many documents of all dumps have each of those paragraphs, and which is the first."""
    here = run.dataset("passage_counts")
    others: list[Dataset] = []
    if run.recipe.dedup.passages:
        new = run.new_dumps()
        others = published(run.out, "passages", besides={each.dump for each in new})
        others += [each.dataset("passage_counts") for each in new if each.dump != run.dump]
    target = run.target(
        "found_passages", schema.FOUND_PASSAGES, [here.fingerprint, *map(_named, others)]
    )
    kernel = partial(passages_step.find, dump=run.dump, new=run.together)
    return _only(
        run.engine.shuffle_map(ordered(kernel, "passage"), [here, *others], "passage", target)
    )


def cut_passages(run: Run) -> Dataset:
    """Paragraphs that many documents have, to the first of all."""
    measured, found = run.dataset("measured_documents"), run.dataset("found_passages")
    if not run.recipe.dedup.passages:
        return measured
    fates = run.dataset("near_duplicates")
    inputs = [measured.fingerprint, fates.fingerprint, found.fingerprint]
    target = run.target("cut_documents", schema.MEASURED, inputs, measured)
    kernel = partial(passages_step.cut, recipe=run.recipe, found=found)
    return _same_rows(measured, run.engine.map(kernel, measured, target, beside=fates))


def last_made(run: Run) -> Dataset:
    """The documents as they would be published. Raises `StoreError` where a step is missing."""
    return run.dataset("cut_documents" if run.recipe.dedup.passages else "measured_documents")


# What is made of a dump between reading it and the candidate, in order.
CLEANING = (
    repair,
    count_words,
    find_slips,
    mend,
    count_lines,
    find_repeats,
    strip,
    measure,
    deduplicate,
    count_passages,
    find_passages,
    cut_passages,
)


def _compared(runs: Sequence[Run]) -> list[str]:
    """What duplicates are looked for in: these dumps' signatures, and what is published now."""
    mine = [run.dataset("signatures").fingerprint for run in runs]
    others = index_parts.published_parts(runs[0].out, besides={run.dump for run in runs})
    return [*mine, *(f"{part.dump} {part.fingerprint}" for part in others)]


def _parts(runs: Sequence[Run]) -> list[Part]:
    """The index of the other dumps; made anew where it was made by other settings or an older
    version, since it could not be compared.
    """
    one = runs[0]
    besides = {run.dump for run in runs}
    return index_parts.comparable_parts(one.out, besides, one.recipe, one.engine)


def publish(run: Run) -> dict[str, Dataset]:
    """The candidate: every dataset that readers will see, complete, beside what they see now."""
    measured, fates = last_made(run), run.dataset("near_duplicates")
    inputs = [measured.fingerprint, fates.fingerprint]

    def made(name: str, kernel: Kernel, source: Dataset, **how: Any) -> Dataset:
        columns = schema.PUBLISHED[name]
        counted = _COUNTED.get(name)
        target = run.target(
            f"candidate/{name}", columns, inputs, compression="zstd", counted=counted
        )
        return _only(run.engine.map(kernel, source, target, **how))

    edits = ["doc_id", "edits"]
    whole: dict[str, Any] = {"columns": schema.MEASURED.names, "beside": fates}
    signed = run.dataset("signatures")
    candidate = {
        "documents": made("documents", publish_step.documents, measured, **whole),
        "rejected": made("rejected", publish_step.rejected, measured, **whole),
        "passed_over": made(
            "passed_over", publish_step.passed_over, measured, columns=schema.MEASURED.names
        ),
        "ledger": made("ledger", publish_step.ledger, measured, columns=edits),
        "duplicates": made("duplicates", publish_step.duplicates, fates),
        "signatures": made("signatures", publish_step.signatures, signed, beside=fates),
        **_index(run, inputs),
        "word_counts": made("word_counts", publish_step.word_counts, run.dataset("word_counts")),
        "line_counts": made(
            "line_counts",
            partial(lines_step.published, sites=run.dataset("site_totals")),
            run.dataset("line_counts"),
        ),
        "repeated_lines": made(
            "repeated_lines", publish_step.repeated_lines, run.dataset("repeated_lines")
        ),
        "passages": made(
            "passages",
            partial(passages_step.published, settings=run.recipe.dedup),
            run.dataset("found_passages"),
        ),
    }
    rows = sum(candidate[name].rows for name in ("documents", "rejected", "passed_over"))
    if rows != measured.rows:
        raise StoreError(f"{measured.rows} records came in, {rows} would go out")
    return candidate


def _index(run: Run, inputs: list[str]) -> dict[str, Dataset]:
    """The part of the index that later dumps are compared with."""
    made = making.make(
        run.engine,
        run.dataset("signatures"),
        run.dataset("keys_in_order"),
        run.dataset("near_duplicates"),
        lambda name, columns, layout: run.target(
            f"candidate/{name}", columns, inputs, layout=layout, compression="zstd"
        ),
        run.recipe.dedup,
    )
    return {name: _only(dataset) for name, dataset in made.items()}


def commit(run: Run, candidate: Mapping[str, Dataset]) -> dict[str, Dataset]:
    """Let the candidate take the place of what readers see, all of it or nothing.

    Raises `StoreError` where the index has changed since the dump was compared with it.
    """
    return commit_together([(run, candidate)])[run.dump]


def commit_together(
    ready: Sequence[tuple[Run, Mapping[str, Dataset]]],
) -> dict[str, dict[str, Dataset]]:
    """The same for dumps that were decided together, all of them or none: one may have lost a text
    to another. What each of them published, by its name.
    """
    one, _ = ready[0]
    swaps: dict[Path, Path] = {}
    with store_commit.committing(one.out):
        store_commit.roll_all_forward(one.out)
        for run, candidate in ready:
            # Two dumps that were compared with the same corpus may hold the same text.
            inputs = _compared(run.new_dumps())
            now = run.target("near_duplicates", schema.NEAR_DUPLICATES, inputs).provenance
            if now.fingerprint != run.dataset("near_duplicates").fingerprint:
                raise StoreError(
                    f"another dump was published or taken out while {run.dump} was looked at; "
                    f"run {run.dump} again"
                )
            swaps |= {made.folder: run.out / name / run.dump for name, made in candidate.items()}
        store_commit.commit(one.work, swaps)
    for run, _ in ready:
        index_parts.forget(run.out, run.dump)
    return {
        run.dump: {name: Dataset(run.out / name / run.dump) for name in candidate}
        for run, candidate in ready
    }


def tidy(run: Run) -> None:
    """Remove what was made on the way to a dump that is published; what it was read into stays, so
    that the next run over it reads what has changed.
    """
    for entry in run.work.iterdir():
        if entry.name in _KEPT:
            continue
        if entry.is_dir():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def _alone(target: Target, table: pa.Table) -> Dataset:
    """A dataset of few rows, made here."""
    return target.finish([target.write("part-00000.parquet", [table])])


def _only(dataset: Dataset) -> Dataset:
    """The dataset, its name's only one: what older fingerprints left is removed."""
    for folder in dataset.folder.parent.iterdir():
        if folder != dataset.folder:
            shutil.rmtree(folder)
    return dataset


def _same_rows(source: Dataset, made: Dataset) -> Dataset:
    """Rows in = rows out, or the step has lost something."""
    if source.rows != made.rows:
        raise StoreError(f"{source.rows} rows in {source.folder}, but {made.rows} in {made.folder}")
    return _only(made)

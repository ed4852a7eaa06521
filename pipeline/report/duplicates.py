"""What `hygiene duplicates` shows, and what `hygiene explain` shows of a duplicate.

What belongs here: laying clusters, sources and differences out, every text made harmless. What does
not: finding them (review_duplicates, difference).
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.text import Text

from pipeline.difference import CONTEXT, Change, Difference, difference
from pipeline.engine.losses import LEAST_DOCUMENTS, SourceLoss
from pipeline.report.amounts import counted, number, percent
from pipeline.report.losses import source, warning
from pipeline.report.show import change
from pipeline.report.summary import shorten
from pipeline.report.visible import visible
from pipeline.review_duplicates import EXCERPT, LONGEST, Group, Review, Sample, Side

_ID_DIGITS = 8
_CUT, _PUT = "red", "green"


def duplicates(console: Console, found: Review, limit: int) -> None:
    """The totals, the largest clusters, the share that each source loses, and what is too much."""
    for line in _totals(found):
        console.print(line, soft_wrap=True)
    if found.groups:
        shown = f", {len(found.groups):,} of {found.clusters:,}"
        more = shown if len(found.groups) < found.clusters else ""
        console.print(Text(f"\nlargest clusters{more}", style="bold"), soft_wrap=True)
    for group in found.groups:
        for line in _group(group):
            console.print(line, soft_wrap=True)
    if found.losses.dropped:
        console.print(Text("\nshare dropped by source", style="bold"), soft_wrap=True)
    for text in _sources(found, limit):
        console.print(Text(f"  {text}"), soft_wrap=True)
    if words := warning(found.losses.above(found.max_loss), found.max_loss):
        console.print(Text(f"\nwarning: {words}", style="yellow"), soft_wrap=True)


def as_json(found: Review, limit: int) -> str:
    """The same as one JSON object of ASCII characters."""
    losses, above = found.losses, found.losses.above(found.max_loss)
    return json.dumps(
        {
            "dump": found.dump,
            "documents": losses.documents,
            "dropped": losses.dropped,
            "exact": found.exact,
            "near": found.near,
            "like_this_dump": losses.dropped - found.earlier,
            "like_another_dump": found.earlier,
            "clusters": found.clusters,
            "largest": [_cluster_facts(group) for group in found.groups],
            "max_source_loss": found.max_loss,
            "min_source_documents": LEAST_DOCUMENTS,
            "sources": [_loss_facts(loss) for loss in losses.sources[:limit]],
            "small_sources": {"sources": losses.small_sources, **_loss_facts(losses.small)},
            "sources_above": len(above),
            "warning": warning(above, found.max_loss),
        }
    )


def _totals(found: Review) -> Iterator[Text]:
    lost = found.losses
    share = percent(lost.dropped / lost.documents) if lost.documents else "none"
    many = f"{counted(lost.documents, 'document')} compared, {number(lost.dropped)} dropped"
    yield Text(f"Dump {_flat(found.dump)}: {many} as duplicates ({share})", style="bold")
    if lost.dropped:
        yield Text(f"{number(found.exact)} exact, {number(found.near)} near")
        here = number(lost.dropped - found.earlier)
        yield Text(
            f"{here} like one of this dump, {number(found.earlier)} like one of another dump"
        )


def _group(group: Group) -> Iterator[Text]:
    cluster = group.cluster
    low, high = (f"{value:.3f}" for value in cluster.jaccard)
    line = Text(f"{counted(cluster.size, 'document'):>14}", style="bold")
    alike = f"Jaccard {low}" if low == high else f"Jaccard {low} to {high}"
    exact = f" ({cluster.exact:,} exact)" if cluster.exact else ""
    line.append(f"   {cluster.dropped:,} dropped{exact}, {alike}", style="not bold")
    sites = [f"{source(site)} {count:,}" for site, count in group.sites]
    sites += [f"{group.other_sites:,} more"] if group.other_sites else []
    line.append(f", from {', '.join(sites)}", style="not bold")
    yield line
    kept = [doc_id[:_ID_DIGITS] for doc_id in cluster.kept]
    more = cluster.kept_documents - len(kept)
    rest = f" and {more:,} more" if more > 0 else ""
    yield Text(f"{'':>6}cluster {cluster.cluster_id[:_ID_DIGITS]}, kept {' '.join(kept)}{rest}")
    shown = ""
    for sample in group.samples:
        if sample.row["kept_id"] != shown:
            yield _side("kept", sample.row["kept_id"], sample.kept)
            shown = sample.row["kept_id"]
        yield from _sample(sample)


def _sample(sample: Sample) -> Iterator[Text]:
    alike = sample.kept and sample.dropped and sample.kept.excerpt == sample.dropped.excerpt
    line = _side("dropped", sample.row["doc_id"], sample.dropped, alike=bool(alike))
    line.append(f"   {likeness(sample.row)}", style="dim")
    yield line
    if sample.difference is not None:
        whole = "" if not sample.shortened else f" in the first {LONGEST:,} characters"
        yield from (Text(" " * 8).append_text(line) for line in changes(sample.difference, whole))


def _side(words: str, doc_id: str, side: Side | None, *, alike: bool = False) -> Text:
    """A document and how it begins. alike: as the kept one does."""
    line = Text(f"{'':>6}{words:<8}{doc_id[:_ID_DIGITS]}  ")
    if side is None:
        return line.append("no longer in the corpus: run its dump again")
    line.append(f"{_flat(side.source)}, record {side.record}, dump {_flat(side.dump)}: ")
    if alike:
        return line.append("begins alike")
    more = "…" if len(side.excerpt) == EXCERPT else ""
    return line.append(f"{_flat(side.excerpt)}{more}", style="italic")


def likeness(row: Mapping[str, Any]) -> str:
    """How alike a dropped document is to the kept one, and why that one was kept."""
    if row["verdict"] == "duplicate:exact":
        alike = "equal but for case and blanks"
    else:
        met = counted(row["bands_met"], "band")
        alike = (
            f"Jaccard {row['jaccard']:.3f}, estimated {row['estimated_jaccard']:.3f}, "
            f"containment {row['containment']:.3f}, met in {met}"
        )
    return f"{alike}; kept because {_flat(row['kept_because'])}"


def changes(found: Difference, where: str = "") -> Iterator[Text]:
    """The changes, a line each."""
    if not found.changes:
        yield Text(f"no difference{where}")
    yield from map(_change, found.changes)
    if found.more:
        yield Text(f"… and {found.more:,} more{where}")


def _change(found: Change) -> Text:
    cut, put = change(shorten(found.cut), shorten(found.put))
    line = Text("…" if len(found.left) == CONTEXT else "").append(_flat(found.left))
    line.append(f"[-{_flat(cut)}-]", style=_CUT) if found.cut else line
    line.append(f"{{+{_flat(put)}+}}", style=_PUT) if found.put else line
    return line.append(_flat(found.right)).append("…" if len(found.right) == CONTEXT else "")


def explained(
    console: Console, row: Mapping[str, Any], kept: str | None, dropped: str | None
) -> None:
    """How a document and the one that was kept for it are alike, and where they differ.

    kept, dropped: their texts; None where one is no longer in the corpus.
    """
    if "cluster_size" in row:  # not in what older versions have published
        size = f"in a cluster of {counted(row['cluster_size'], 'document')}"
        console.print(Text(f"{'':>11}{likeness(row)}; {size}"), soft_wrap=True)
    if kept is None or dropped is None:
        return
    heading = f"{'':>11}[-only in the one kept-]{{+only in the one dropped+}}"
    console.print(Text(heading, style="dim"), soft_wrap=True)
    for line in changes(difference(kept, dropped)):
        console.print(Text(" " * 11).append_text(line), soft_wrap=True)


def _sources(found: Review, limit: int) -> Iterator[str]:
    losses = found.losses
    for loss in losses.sources[:limit]:
        mark = "   more than dedup.max_source_loss" if loss.share > found.max_loss else ""
        yield f"{percent(loss.share):>18}   {source(loss.site)}   {_of(loss)}{mark}"
    if more := len(losses.sources) - limit:
        yield from [f"{'':>18}   and {counted(more, 'source')} more"] if more > 0 else []
    if losses.small_sources:
        small = counted(losses.small_sources, "source")
        size = f"of fewer than {LEAST_DOCUMENTS} documents"
        yield f"{percent(losses.small.share):>18}   {small} {size}   {_of(losses.small)}"


def _of(loss: SourceLoss) -> str:
    return f"{number(loss.dropped)} of {counted(loss.documents, 'document')}"


def _loss_facts(loss: SourceLoss) -> dict[str, Any]:
    site = {"source": loss.site} if loss.site else {}
    return {**site, "documents": loss.documents, "dropped": loss.dropped, "share": loss.share}


def _cluster_facts(group: Group) -> dict[str, Any]:
    facts = asdict(group.cluster)
    low, high = facts.pop("jaccard")
    return {
        **facts,
        "kept_documents": group.cluster.kept_documents,
        "lowest_jaccard": low,
        "highest_jaccard": high,
        "sources": dict(group.sites),
        "other_sources": group.other_sites,
        "samples": [_sample_facts(sample) for sample in group.samples],
    }


def _sample_facts(sample: Sample) -> dict[str, Any]:
    facts: dict[str, Any] = {**sample.row, "kept": None, "dropped": None}
    facts |= {
        name: asdict(side)
        for name, side in (("kept", sample.kept), ("dropped", sample.dropped))
        if side
    }
    found = sample.difference
    facts["changes"] = [_shortened(each) for each in found.changes] if found else []
    facts["more_changes"] = found.more if found else 0
    return facts


def _shortened(found: Change) -> dict[str, str]:
    return {name: shorten(text) for name, text in asdict(found).items()}


def _flat(text: str) -> str:
    return visible(text, keep="")

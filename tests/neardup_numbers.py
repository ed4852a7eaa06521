"""Numbers of the benchmark of near-duplicates, for the tests of pages and promises."""

from typing import Any

from benchmarks.neardup import planted


def measured() -> dict[str, Any]:
    """Numbers that just keep every promise."""
    missed = {planted.EDITED: {"alike": 5, "unreported": 1, "both kept": 1}}
    row = {
        "name": "ours",
        "documents": 200_000,
        "seconds": {"signatures": 0.4, "find": 0.6},
        "peak_megabytes": 100.0,
        "dropped": 4,
        "wrong": {},
        "misnamed": 0,
        "missed": missed,
    }
    theirs = row | {
        "name": "datasketch from texts",
        "seconds": {"shingles and signatures": 15.0, "asked": 5.0},
    }
    theirs |= {"wrong": {planted.CHAIN: 3}, "what": "texts", "asked": 7}
    pairs = theirs | {"name": "datasketch from ready signatures, all pairs"}
    pairs |= {"seconds": {"added": 2.0, "asked": 3.0}, "dropped": 0}
    verified = theirs | {"name": "datasketch from texts, verified"}
    verified |= {"seconds": {"shingles and signatures": 15.0, "asked, verified and added": 6.0}}
    curve = {"from": 0.75, "to": 0.8, "pairs": 9, "found": 4, "promised": 7.0, "deviation": 1.0}
    corpus = {
        "date": "2026-11-23",
        "documents": 200_000,
        "kinds": {planted.ALONE: [12_345, 1]},
        "rows": [row, theirs, verified, pairs],
        "curve": [curve],
        "absent": {"rensa": "no wheel"},
    }
    gold = {
        "name": "ours",
        "seconds": {"all": 1.0},
        "peak_megabytes": 1.0,
        "found": 98,
        "reported": 10,
        "below": 0,
        "below_folded": 0,
        "dropped": 1,
        "wrong": 0,
        "misnamed": 0,
        "both_kept": 0,
    }
    largest = row | {"documents": 10_000_000, "peak_megabytes": 4_000.0, "bytes": 2e9}
    return {
        "date": "2026-11-25",
        "machine": {"cores": "2"},
        "bystanders": 0.25,
        "gold": {
            "date": "2026-11-25",
            "documents": 826,
            "alike": 100,
            "rows": [gold],
            "absent": {},
        },
        "pages": {
            "date": "2026-11-22",
            "documents": 200_000,
            "template": 50_000,
            "bytes": 640e6,
            "rows": [
                row | {"cores": 1},
                row | {"cores": 2},
                {**theirs, "cores": 1, "wrong": {}},
            ],
        },
        "corpora": {"200000": corpus},
        "others": corpus | {"documents": 20_000},
        "incremental": {
            "date": "2026-11-25",
            "documents": 20_000,
            "rows": [row | {"dumps": 50, "earlier": 1_000_000}],
        },
        "giants": {
            "date": "2026-11-25",
            "rows": [
                row
                | {"members": members, "setting": 256, "held_before": 200.0}
                | {"held_megabytes": 500.0, "duplicates": members - 1}
                for members in (1_000, 4_000)
            ],
        },
        "synthetic": largest | {"date": "2026-11-24", "template": 50_000, "workers": 2},
    }

"""The graph that Dagster shows: the assets, what they are made from, what is checked."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import dagster as dg

from assets import publishing
from assets.checks import ASSETS
from assets.cleaning import dump
from assets.definitions import defs
from expectations import suites

GOLDEN = Path(__file__).with_name("graph.json")


def graph() -> dict[str, Any]:
    """What the golden file holds of every asset."""
    nodes = defs.resolve_asset_graph()
    return {
        key.to_user_string(): {
            "group": nodes.get(key).group_name,
            "deps": sorted(parent.to_user_string() for parent in nodes.get(key).parent_keys),
            "kinds": sorted(nodes.get(key).kinds),
            "owners": list(nodes.get(key).owners),
            "external": nodes.get(key).is_external,
            "checks": {
                check.name: "blocks" if nodes.get(check).blocking else "tells"
                for check in sorted(nodes.get(key).check_keys, key=lambda check: check.name)
            },
        }
        for key in sorted(nodes.get_all_asset_keys())
    }


def test_the_graph_is_the_one_in_the_golden_file() -> None:
    # After a change that is meant: python -m tests.assets.test_graph
    assert graph() == json.loads(GOLDEN.read_text())


def test_every_asset_says_what_it_is_and_is_partitioned_by_dump() -> None:
    nodes = defs.resolve_asset_graph()
    for key in nodes.get_all_asset_keys():
        node = nodes.get(key)
        assert node.description, key
        assert node.owners == ["team:corpus"], key
        assert isinstance(node.partitions_def, dg.DailyPartitionsDefinition), key


def test_names_are_short_enough_for_the_boxes_of_the_graph() -> None:
    names = [key.to_user_string() for key in defs.resolve_asset_graph().get_all_asset_keys()]
    assert max(map(len, names)) <= 18, names


def test_every_declared_expectation_is_a_check_with_its_reason() -> None:
    nodes = defs.resolve_asset_graph()
    declared = {(ASSETS[entry.suite], entry.name): entry for entry in suites.declared()}
    found = {(key.asset_key.to_user_string(), key.name): key for key in nodes.asset_check_keys}
    assert found.keys() == declared.keys()
    for place, key in found.items():
        check = nodes.get(key)
        assert declared[place].description in (check.description or "")
        assert declared[place].reason in (check.description or "")
        assert check.blocking == declared[place].blocking
        assert check.partitions_def is not None


def test_what_readers_see_changes_together() -> None:
    assert not publishing.publish.can_subset
    assert {key.to_user_string() for key in publishing.publish.keys} == {
        "documents",
        "rejected",
        "ledger",
        "duplicates",
        "band_index",
        "expectation_report",
    }
    assert dump.key not in publishing.publish.keys


def test_definitions_load_without_great_expectations_and_without_notes() -> None:
    program = (
        "import sys, assets.definitions as it, dagster as dg\n"
        "dg.Definitions.validate_loadable(it.defs)\n"
        "print(sorted({'great_expectations', 'pandas', 'sqlalchemy'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
    assert done.stderr == ""


def test_workers_that_are_no_number_are_named(monkeypatch: Any) -> None:
    program = "import assets.definitions"
    monkeypatch.setenv("HYGIENE_WORKERS", "two")
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert "HYGIENE_WORKERS must be a whole number from 1, not 'two'" in done.stderr


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(graph(), indent=2) + "\n")

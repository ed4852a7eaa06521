"""The two files that `dagster dev` reads: workspace.yaml and dagster.yaml."""

import importlib
import shutil
from pathlib import Path

import dagster as dg
import yaml

from tests.conftest import ROOT


def test_the_workspace_loads_the_definitions() -> None:
    (location,) = yaml.safe_load((ROOT / "workspace.yaml").read_text())["load_from"]
    module = importlib.import_module(location["python_module"]["module_name"])
    assert isinstance(module.defs, dg.Definitions)
    assert location["python_module"]["location_name"] == "corpus_hygiene"


def test_the_instance_is_quiet_and_brings_crashed_runs_back(tmp_path: Path) -> None:
    shutil.copy(ROOT / "dagster.yaml", tmp_path)
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        assert not instance.telemetry_enabled
        assert not instance.nux_enabled
        assert instance.run_monitoring_enabled
        assert instance.run_monitoring_max_runtime_seconds > 0
        assert instance.run_retries_enabled
        assert instance.run_retries_max_retries == 1
        assert not instance.run_retries_retry_on_asset_or_op_failure
        assert instance.get_concurrency_config().run_queue_config.max_concurrent_runs == 1

"""The only door to Great Expectations: a frame and its expectations in, an answer for each out.

What belongs here: contexts, suites and validations as Great Expectations wants them.
What does not: what an answer means (answers). Importing this takes seconds: import it late.
"""

import copy
import datetime as dt
import logging
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

_showwarning = warnings.showwarning

import great_expectations as gx  # noqa: E402
from great_expectations.core.run_identifier import RunIdentifier  # noqa: E402
from great_expectations.data_context.data_context.ephemeral_data_context import (  # noqa: E402
    EphemeralDataContext,
)
from great_expectations.data_context.types.base import (  # noqa: E402
    DataContextConfig,
    InMemoryStoreBackendDefaults,
    ProgressBarsConfig,
)
from great_expectations.data_context.types.resource_identifiers import (  # noqa: E402
    ExpectationSuiteIdentifier,
    ValidationResultIdentifier,
)
from great_expectations.exceptions.exceptions import GreatExpectationsError  # noqa: E402
from great_expectations.expectations.expectation_configuration import (  # noqa: E402
    ExpectationConfiguration,
)
from great_expectations.expectations.metadata_types import FailureSeverity  # noqa: E402

from expectations.answers import FAILING, Answer  # noqa: E402
from expectations.suites import Declared  # noqa: E402
from pipeline.report.outcome import ERROR, WARNING  # noqa: E402

if warnings.showwarning is not _showwarning:
    # Importing Great Expectations sends every warning of the process to the log.
    logging.captureWarnings(False)

# Not COMPLETE, and no `unexpected_index_column_names`: either makes Great Expectations look up
# each failing row by itself (75 µs) and keep them all. This way it names places in the frame.
_RESULT_FORMAT = {"result_format": "SUMMARY", "partial_unexpected_count": FAILING}
_SEVERITIES = {ERROR: FailureSeverity.CRITICAL, WARNING: FailureSeverity.WARNING}
_PARAMETER = "$PARAMETER"


class Session:
    """Great Expectations with nothing on disk; for a `site`, with its Data Docs in that folder.

    run: the name of this run in the Data Docs, which show all runs on one site.
    """

    def __init__(self, run: str = "", site: Path | None = None) -> None:
        self._site = site
        self._run = RunIdentifier(run_name=run, run_time=dt.datetime.now(dt.UTC))
        self._context = _context(site)
        self._suites: list[ExpectationSuiteIdentifier] = []
        self._results: list[ValidationResultIdentifier] = []

    def ask(
        self,
        name: str,
        expectations: Sequence[Declared],
        frame: pd.DataFrame,
        parameters: Mapping[str, Any],
    ) -> dict[str, Answer]:
        """The answers by name of expectation. name: of the frame, once a session."""
        suite = gx.ExpectationSuite(name=name)
        answers: dict[str, Answer] = {}
        for entry in expectations:
            try:
                suite.add_expectation_configuration(_configuration(entry, parameters))
            except (GreatExpectationsError, TypeError, ValueError) as error:
                answers[entry.name] = Answer(False, {}, (str(error),))
        if not suite.expectations:
            return answers
        source = self._context.data_sources.add_pandas(name)
        batch = source.add_dataframe_asset(name).add_batch_definition_whole_dataframe("all")
        validation = self._context.validation_definitions.add(
            gx.ValidationDefinition(
                name=name, data=batch, suite=self._context.suites.add_or_update(suite)
            )
        )
        found = validation.run(
            batch_parameters={"dataframe": frame},
            expectation_parameters=dict(parameters),
            result_format=dict(_RESULT_FORMAT),
            run_id=self._run,
        )
        page = ExpectationSuiteIdentifier(name)
        self._suites.append(page)
        self._results.append(ValidationResultIdentifier(page, self._run, found.batch_id))
        for one in found.results:  # in an order of their own
            if one.expectation_config:
                answers[one.expectation_config.meta["name"]] = Answer(
                    bool(one.success), one.result or {}, tuple(_errors(one.exception_info))
                )
        return answers

    def close(self) -> None:
        """Build the Data Docs, if there is a site."""
        if self._site:
            self._context.build_data_docs(resource_identifiers=self._suites, build_index=False)
            self._context.build_data_docs(resource_identifiers=self._results)


def _configuration(entry: Declared, parameters: Mapping[str, Any]) -> ExpectationConfiguration:
    """The expectation in Great Expectations' own class. Raises `ValueError`."""
    for value in entry.kwargs.values():
        wanted = value.get(_PARAMETER) if isinstance(value, Mapping) else None
        if wanted is not None and wanted not in parameters:
            # Left to Great Expectations, it would stop all other expectations too.
            raise ValueError(f"nothing gives the parameter '{wanted}'")
    return ExpectationConfiguration(
        type=entry.type,
        kwargs=copy.deepcopy(dict(entry.kwargs)),
        meta={"name": entry.name, "reason": entry.reason},
        description=entry.description,
        severity=_SEVERITIES[entry.severity],
    )


def _context(site: Path | None) -> EphemeralDataContext:
    """A context in memory; what a site is built from lies in the site's folder."""
    stores = InMemoryStoreBackendDefaults()
    if site:
        folder = str(site.resolve())
        backend = {"class_name": "TupleFilesystemStoreBackend", "root_directory": folder}
        for store, place in (
            (stores.expectations_store_name, ".suites/"),
            (stores.validation_results_store_name, ".results/"),
        ):
            stores.stores[store]["store_backend"] = {**backend, "base_directory": place}
        stores.data_docs_sites = {
            "all_runs": {
                "class_name": "SiteBuilder",
                "show_how_to_buttons": False,
                "store_backend": {**backend, "base_directory": "."},
                "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
            }
        }
    context = gx.get_context(
        mode="ephemeral", project_config=DataContextConfig(store_backend_defaults=stores)
    )
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    return context


def _errors(exception_info: Any) -> Iterator[str]:
    """The messages in either of the two shapes that Great Expectations reports exceptions in."""
    if not isinstance(exception_info, Mapping):
        return
    several = [value for value in exception_info.values() if isinstance(value, Mapping)]
    for info in several or [exception_info]:
        if info.get("raised_exception"):
            yield str(info.get("exception_message"))

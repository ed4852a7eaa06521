"""The wheel holds all that is needed: installed in an empty environment, it cleans a dump."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.conftest import EXAMPLES, ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT]
    subprocess.run(command, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_holds_code_and_data_and_nothing_else(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    wanted = {
        path.relative_to(ROOT).as_posix()
        for package in ("pipeline", "assets", "expectations")
        for path in (ROOT / package).rglob("*")
        if path.suffix in (".py", ".toml", ".json", ".npz", ".html", ".css")
    }
    assert wanted <= names
    extra = {name for name in names - wanted if ".dist-info/" not in name}
    assert extra == set()


def test_installed_in_an_empty_environment_it_runs(wheel: Path, tmp_path: Path) -> None:
    home = tmp_path / "env"
    subprocess.run([sys.executable, "-m", "venv", home], check=True)
    pip = [home / "bin" / "python", "-m", "pip", "install", "--quiet", "--no-compile"]
    pip += ["--disable-pip-version-check", "--constraint", tmp_path / "constraints.txt"]
    pins = (ROOT / "requirements.txt").read_text().splitlines()
    lines = [line.rstrip(" \\") for line in pins if "==" in line and not line.startswith(" ")]
    (tmp_path / "constraints.txt").write_text("\n".join(lines))
    subprocess.run([*pip, wheel], check=True, capture_output=True, cwd=tmp_path)
    done = subprocess.run(
        [home / "bin" / "hygiene", "run", EXAMPLES, "--out", tmp_path / "out", "--workers", "2"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "records read" in done.stdout
    assert list((tmp_path / "out" / "documents").glob("*/*.parquet"))
    loaded = "from assets.definitions import defs; print(len(list(defs.resolve_all_asset_keys())))"
    counted = subprocess.run(
        [home / "bin" / "python", "-c", loaded],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert counted.returncode == 0, counted.stderr
    assert int(counted.stdout.split()[-1]) >= 10

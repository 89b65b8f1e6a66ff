"""What must hold of the tracked files themselves."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
TOP = {"pyproject.toml", "services", "workers", "config", "tests", "docker-compose.yml", "README.md", "LICENSE",
       "CHANGELOG.md", "Dockerfile", ".gitignore", ".ci", "docs", ".importlinter", ".pre-commit-config.yaml"}  # fmt: skip
INDEX_HOSTS = re.compile(r"\b(?:" + "|".join(["py" + "pi", "python" + "hosted", "npm" + "js"]) + r")\.(?:org|com)\b")


def tracked() -> list[Path]:
    done = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        pytest.skip("not a git clone")
    return [ROOT / line for line in done.stdout.splitlines() if (ROOT / line).is_file()]


def test_the_top_level_is_the_one_that_is_fixed() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in tracked()} <= TOP


def test_no_file_names_a_package_index() -> None:
    for path in tracked():
        text = path.read_bytes().decode("utf-8", "replace")
        assert INDEX_HOSTS.search(text) is None, path
        assert path.name != "uv.lock"


def test_no_module_grows_past_its_subject() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in tracked()
        if path.suffix == ".py" and path.parts[-2] != "versions" and (lines := len(path.read_text().splitlines())) > 460
    }
    assert long == {}


def test_every_package_has_one_docstring_and_nothing_else() -> None:
    for path in tracked():
        if path.name == "__init__.py" and path.parent != ROOT / "tests" and "tests" not in path.parts:
            assert re.fullmatch(r'"""[^"]+"""\n', path.read_text()), path


# ---- docker-compose.yml: there may be no engine to try it, so its shape and every command are checked ----


@pytest.fixture(scope="module")
def compose() -> dict:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


def test_compose_runs_every_role(compose: dict) -> None:
    assert set(compose["services"]) == {
        "postgres",
        "valkey",
        "setup",
        "api",
        "worker-ingest",
        "worker-match",
        "worker-deliver",
    }


def test_compose_names_only_what_it_defines(compose: dict) -> None:
    volumes, secrets, services = compose["volumes"], compose["secrets"], compose["services"]
    for service in services.values():
        assert set(service.get("depends_on", {})) <= set(services)
        assert set(service.get("secrets", [])) <= set(secrets)
        for mount in service.get("volumes", []):
            assert mount.split(":")[0] in volumes


def test_compose_sets_only_settings_that_exist(compose: dict) -> None:
    from services.settings import Settings

    for service in compose["services"].values():
        for name in service.get("environment", {}):
            if name.startswith("TOCSIN_"):
                assert name.removeprefix("TOCSIN_").lower() in Settings.model_fields, name


def test_the_image_starts_a_command_that_exists() -> None:
    text = (ROOT / "Dockerfile").read_text()
    assert 'CMD ["tocsin", "up"' in text
    for line in text.splitlines():
        if line.startswith("COPY ") and "--from" not in line:
            for source in line.split()[1:-1]:
                assert (ROOT / source).exists(), source

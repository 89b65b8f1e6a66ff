"""docker-compose.yml: every service is bounded, watched, unprivileged, and reads its secrets from files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict] = COMPOSE["services"]
ONCE = {"setup"}  # ends when its work is done


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_has_a_health_check_or_ends_by_itself(name: str) -> None:
    check = SERVICES[name]["healthcheck"]
    if name in ONCE:
        assert check == {"disable": True}
        assert SERVICES[name]["restart"] == "no"
        return
    assert check["test"][0] in ("CMD", "CMD-SHELL")
    assert SERVICES[name]["restart"] == "unless-stopped"
    assert re.fullmatch(r"\d+s", check["interval"])


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_has_limits_of_processor_memory_and_processes(name: str) -> None:
    limits = SERVICES[name]["deploy"]["resources"]["limits"]
    assert 0 < float(limits["cpus"]) <= 4
    assert re.fullmatch(r"\d+[mg]", limits["memory"])
    assert 0 < limits["pids"] <= 500


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_runs_as_a_user_without_rights_on_a_file_system_that_is_only_read(name: str) -> None:
    service = SERVICES[name]
    assert service["user"] not in ("", "root", "0", 0)
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert not {"privileged", "cap_add", "pid", "network_mode", "devices"} & set(service)
    assert all(not mount.startswith((".", "/", "~")) for mount in service.get("volumes", []))


def test_the_user_is_the_one_that_the_image_makes() -> None:
    docker = (ROOT / "Dockerfile").read_text()
    users = {one["user"] for one in SERVICES.values() if one["image"].startswith("tocsin")}
    assert users == {re.search(r"useradd --uid (\d+)", docker)[1]}
    assert re.search(r"^USER (?!root)", docker, re.MULTILINE)


@pytest.mark.parametrize("name", SERVICES)
def test_secrets_come_from_files_and_stand_in_no_environment(name: str) -> None:
    for key, value in SERVICES[name].get("environment", {}).items():
        assert not re.search(r"(?i)password|secret|token|key", key) or key.endswith("_FILE"), key
        assert not re.search(r"://[^/@]*:[^/@]*@", str(value)), key
    for secret in SERVICES[name].get("secrets", []):
        assert set(COMPOSE["secrets"][secret]) == {"file"}


def test_nothing_but_the_api_is_reached_from_outside_and_that_only_from_this_machine() -> None:
    open_ports = {name: one["ports"] for name, one in SERVICES.items() if "ports" in one}
    assert open_ports == {"api": ["127.0.0.1:8000:8000"]}

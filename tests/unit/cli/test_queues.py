"""The look of `tocsin queues`."""

from __future__ import annotations

from services.cli.queues import Counted, show
from services.store.queues import StageCount
from tests.unit.cli.screens import a_screen, written

HOUR = [5, 5, 7, 5, 6, 8, 5, 4, 6, 7, 5, 6]


def a_stage(stage: str, **given: object) -> StageCount:
    values: dict[str, object] = {
        "waiting": 0, "oldest_s": None, "per_minute": 1.6, "last_hour": HOUR, "failed_today": 0, "workers": 2,
    }  # fmt: skip
    return StageCount(stage=stage, **(values | given))  # type: ignore[arg-type]  # filled in above


STAGES = [
    a_stage("fetch", waiting=3, oldest_s=2.0, per_minute=24.0, failed_today=31),
    a_stage("ingest"),
    a_stage("match", waiting=1, oldest_s=0.1, workers=1),
    a_stage("deliver", waiting=6, oldest_s=8940.0, per_minute=2.2, failed_today=14),
]
BLOCKED = [("Slack #immigration-watch", "404 no_service", 6)]


def test_people_see_bars_and_what_needs_somebody_with_what_mends_it() -> None:
    screen = a_screen()
    show(screen, Counted(STAGES, BLOCKED, 14))
    assert written(screen) == (
        "  Stage    Waiting  Oldest      A minute  Last hour     Failed today  Workers\n"
        "  ───────  ───────  ──────────  ────────  ────────────  ────────────  ───────\n"
        "  fetch          3  2 s               24  ▆▆█▆▇█▆▅▇█▆▇            31  2 of 2\n"
        "  ingest         0  –                1.6  ▆▆█▆▇█▆▅▇█▆▇             0  2 of 2\n"
        "  match          1  0.1 s            1.6  ▆▆█▆▇█▆▅▇█▆▇             0  1 of 1\n"
        "! deliver        6  2 h 29 min       2.2  ▆▆█▆▇█▆▅▇█▆▇            14  2 of 2\n"
        "\n"
        "! 6 deliveries wait for one channel: Slack #immigration-watch (404 no_service)\n"
        "! 14 dead letters: tocsin deliveries list --state dead\n"
    )


def test_a_program_sees_plain_numbers() -> None:
    screen = a_screen(lined=False)
    show(screen, Counted(STAGES, BLOCKED, 14))
    assert written(screen) == (
        "stage\twaiting\toldest_s\tper_minute\tfailed_today\tworkers\tworkers_wanted\n"
        "fetch\t3\t2\t24\t31\t2\t2\n"
        "ingest\t0\t0\t1.6\t0\t2\t2\n"
        "match\t1\t0.1\t1.6\t0\t1\t1\n"
        "deliver\t6\t8940\t2.2\t14\t2\t2\n"
    )


def test_when_all_is_well_nothing_needs_anybody() -> None:
    screen = a_screen()
    show(screen, Counted([a_stage(name) for name in ("fetch", "ingest", "match", "deliver")], [], 0))
    assert "!" not in written(screen)


def test_a_stage_without_workers_is_said_once_with_its_command() -> None:
    screen = a_screen()
    idle = [a_stage("fetch", workers=0), a_stage("ingest", workers=0, waiting=2), a_stage("match"), a_stage("deliver")]
    show(screen, Counted(idle, [], 0))
    lines = written(screen).splitlines()
    assert "! Nobody works at ingest: tocsin worker ingest" in lines
    assert lines[3].startswith("! ingest")
    assert lines[3].endswith("0 of 1")


def test_without_any_worker_it_says_how_to_start() -> None:
    screen = a_screen()
    show(screen, Counted([a_stage(name, workers=0) for name in ("fetch", "ingest", "match", "deliver")], [], 0))
    assert written(screen).splitlines()[-1] == "! No worker is at work: tocsin up"

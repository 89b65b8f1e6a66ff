"""Run the measuring of each size in a process of its own, and pass on what it says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from services.bench.figures import SizeResult
from services.bench.loading import Progress
from services.bench.peers import Peer
from services.errors import InvalidError, OutsideError

_PATIENCE_S = 20  # for a process that is told to end, and may have a server to stop


def size(count: int, corpus: Path | None, rules: Path | None, peers: Sequence[Peer], progress: Progress) -> SizeResult:
    """Measure one size. Ends the process also when interrupted."""
    job = {
        "parent": os.getpid(),
        "size": count,
        "corpus": str(corpus.absolute()) if corpus else None,
        "rules": str(rules.absolute()) if rules else None,
        "peers": [peer.name for peer in peers],
    }
    # A session of its own: Ctrl-C reaches this process only, which then ends the other.
    # -P: a package named as one of ours in the folder where the command is run is not taken for it.
    child = subprocess.Popen(
        [sys.executable, "-P", "-m", "services.bench.measure"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert child.stdin is not None
        child.stdin.write(json.dumps(job) + "\n")
        child.stdin.flush()
        found = _listen(child, progress)
        child.wait(_PATIENCE_S)
    finally:
        _end(child)
    if found is None:
        raise OutsideError(f"The process that measured {count:,} rules ended with {child.returncode} and said nothing")
    return found


def _listen(child: subprocess.Popen[str], progress: Progress) -> SizeResult | None:
    assert child.stdout is not None
    for line in child.stdout:
        said = json.loads(line)
        if "progress" in said:
            progress(said["progress"], said["done"])
        elif "error" in said:
            raise InvalidError(said["error"], field=said["field"])
        else:
            return SizeResult.of(said["result"])
    return None


def _end(child: subprocess.Popen[str]) -> None:
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
    for stream in (child.stdin, child.stdout):
        if stream is not None:
            stream.close()

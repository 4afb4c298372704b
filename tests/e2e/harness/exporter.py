# SPDX-License-Identifier: Apache-2.0
"""The exporter as a child process, on a free port, with bounded waits."""

import os
import socket
import tempfile
import time
import urllib.error
import urllib.request

from . import children
from .page import Page

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))
BUILD = os.environ.get("BPF_EXPORTER_BUILD", os.path.join(ROOT, "build", "release"))
BINARY = os.path.join(BUILD, "bpf_exporter")
PROGRAMS = os.path.join(BUILD, "programs")
E2E = os.path.join(ROOT, "tests", "e2e")
# Of preset dev, which alone builds what only tests use.
_TESTS = os.environ.get("BPF_EXPORTER_TEST_OBJECTS", os.path.join(ROOT, "build", "dev", "tests"))
TEST_PROGRAMS = os.path.join(_TESTS, "programs")
COMPATIBILITY_PROGRAMS = os.path.join(_TESTS, "e2e", "compatibility")
CONFIG = os.path.join(ROOT, "config")
SHIPPED = "packets,runqlat,syscalls"
START_SECONDS = 120  # an emulated guest that shares its CPUs takes its time

# Requests go straight to the exporter, whatever proxy the environment names.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def free_port():
    """A port that nothing listened on a moment ago."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def fetch(url, headers=None, seconds=20, body=None):
    """(status, headers, body) of a GET, or a POST of `body`, also when the status is an error."""
    request = urllib.request.Request(url, body, headers or {})
    try:
        with _OPENER.open(request, timeout=seconds) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read()


def wait_until(condition, seconds, what):
    """Polls `condition` until it is true; fails with `what` after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"after {seconds} s still not: {what}")
        time.sleep(0.05)


class Exporter:
    """Runs in a `with` block, which begins when it is ready and ends it. `prefix` is a command to
    run it under (nsenter, setpriv …), which must exec it. `ready` is the page that answers 200
    then."""

    def __init__(
        self,
        *flags,
        names=SHIPPED,
        interval="0s",
        config=CONFIG,
        programs=PROGRAMS,
        host="127.0.0.1",
        port=None,
        prefix=(),
        binary=BINARY,
        ready="/readyz",
        start_seconds=START_SECONDS,
    ):
        self.ready = ready
        self.start_seconds = start_seconds
        self.host = host
        self.port = port or free_port()
        self.command = [
            *prefix,
            binary,
            f"--config.dir={config}",
            f"--config.names={names}",
            f"--programs.dir={programs}",
            f"--web.listen-address={host}:{self.port}",
            f"--snapshot.interval={interval}",
            *flags,
        ]
        self.process = None
        self._log = None

    def __enter__(self):
        self.start()
        try:
            wait_until(self._ready, self.start_seconds, "the exporter is ready")
        except BaseException as error:
            self.__exit__(type(error), error, None)
            raise
        return self

    def __exit__(self, kind, error, trace):
        self.stop()
        if error is not None:
            print(f"the exporter's log:\n{self.log()}", flush=True)
        self.close()

    def start(self):
        """Starts without waiting, where a `with` block would wait for readiness; close() follows."""
        self._log = tempfile.TemporaryFile()
        self.process = children.start(self.command, stdout=self._log, stderr=self._log)

    def close(self):
        self._log.close()

    def stop(self, *arguments):
        """Ends it as children.stop does and returns its exit code."""
        return children.stop(self.process, *arguments)

    def log(self):
        self._log.flush()
        size = os.fstat(self._log.fileno()).st_size
        return os.pread(self._log.fileno(), size, 0).decode(errors="replace")

    def get(self, path, headers=None):
        return fetch(f"http://{self.host}:{self.port}{path}", headers)

    def page(self, check=True):
        """The page as it is now; without `check` a test reads, and checks, only what it asks for."""
        status, _, body = self.get("/metrics")
        if status != 200:
            raise AssertionError(f"/metrics answers {status}: {body[:500]!r}")
        page = Page(body.decode())
        return page.check() if check else page

    def _ready(self):
        if self.process.poll() is not None:
            raise AssertionError(f"it ended with {self.process.returncode}:\n{self.log()}")
        try:
            return self.get(self.ready)[0] == 200
        except OSError:
            return False


def run_to_end(*flags, prefix=(), binary=BINARY, seconds=30):
    """Runs the exporter where it has to end by itself; the CompletedProcess."""
    return children.run([*prefix, binary, *flags], seconds)

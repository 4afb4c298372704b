# SPDX-License-Identifier: Apache-2.0
"""pgquery: PostgreSQL's own counts and pgbench's, on a server of the test."""

import glob
import os
import pwd
import re
import subprocess
import tempfile
import time

from harness import children, outcome
from harness.exporter import wait_until
from probe import ProbeTest

TRANSACTIONS = 300
COUNT = "ebpf_exporter_postgres_{}_seconds_count"


class Server:
    """A server of its own, on a socket in a folder, until the `with` block ends."""

    def __enter__(self):
        binaries = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
        outcome.need(binaries, "Debian's postgresql")
        self.binaries = binaries[-1]
        self.user = pwd.getpwnam("postgres")
        self._folder = tempfile.TemporaryDirectory()
        self.folder = self._folder.name
        os.chown(self.folder, self.user.pw_uid, self.user.pw_gid)
        self.data = os.path.join(self.folder, "data")
        self.run("initdb", "-A", "trust", "-N", "-D", self.data)
        self._server = self.start(
            "postgres", "-D", self.data, "-k", self.folder, "-h", "", "-c", "autovacuum=off",
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        wait_until(lambda: self.start("pg_isready", "-h", self.folder, "-q").wait(20) == 0, 30, "up")
        return self

    def __exit__(self, *unused):
        children.stop(self._server, 2)  # SIGINT: the fast shutdown
        self._folder.cleanup()

    def command(self, name, *arguments):
        return ["setpriv", f"--reuid={self.user.pw_uid}", f"--regid={self.user.pw_gid}",
                "--clear-groups", os.path.join(self.binaries, name), *arguments]  # fmt: skip

    def start(self, name, *arguments, **options):
        return children.start(self.command(name, *arguments), cwd="/", **options)

    def run(self, name, *arguments):
        done = children.run(self.command(name, *arguments), cwd="/")
        if done.returncode != 0:
            raise AssertionError(f"{name}: {done.stdout}{done.stderr}")
        return done.stdout

    def sql(self, *commands):
        options = [part for command in commands for part in ("-c", command)]
        return self.run("psql", "-h", self.folder, "-qAt", *options, "postgres").strip()

    def pgbench(self, script, *options):
        """Runs a script TRANSACTIONS times; how many pgbench says it did."""
        path = os.path.join(self.folder, "script")
        with open(path, "w", encoding="ascii") as file:
            file.write(script)
        said = self.run(
            "pgbench", "-h", self.folder, "-n", "-f", path, "-t", str(TRANSACTIONS), *options,
            "postgres",
        )  # fmt: skip
        return int(re.search(r"actually processed: (\d+)/", said).group(1))


class Queries(ProbeTest):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server())

    def setUp(self):
        super().setUp()
        self.need_attached("query_starts")

    def counts(self, metric, label):
        return self.page().by_label(COUNT.format(metric), label)

    def grown(self, metric, label, workload):
        before = self.counts(metric, label)
        workload()
        after = self.counts(metric, label)
        return {key: after[key] - before.get(key, 0) for key in after}

    def test_counts_the_queries_of_both_protocols(self):
        server = self.server
        done = []

        def bench(*options):
            return lambda: done.append(server.pgbench("SELECT 1;\n", *options))

        simple = self.grown("query", "protocol", bench("-M", "simple"))
        extended = self.grown("query", "protocol", bench("-M", "extended"))
        self.assertEqual([TRANSACTIONS] * 2, done)
        self.assertEqual({"simple": TRANSACTIONS, "extended": 0}, simple)
        # pgbench's connection begins with none in the simple protocol.
        self.assertEqual({"simple": 0, "extended": TRANSACTIONS}, extended)

    def test_counts_transactions_as_the_server_does(self):
        query = (
            "SELECT xact_commit, xact_rollback FROM pg_stat_database WHERE datname = 'postgres'"
        )
        server = self.server

        def transactions():
            server.sql(*["BEGIN; SELECT 1; ROLLBACK"] * 7)
            server.sql(*["SELECT 1"] * 20)
            children.run(  # an error, which ends a transaction, too
                server.command("psql", "-h", server.folder, "-c", "SELECT 1 / 0", "postgres")
            )

        before = [int(number) for number in server.sql(query).split("|")]
        grown = self.grown("transaction", "result", transactions)
        # A connection's process may tell what it did a little after its client has gone.
        answers = []

        def all_told():
            answers.append([int(number) for number in server.sql(query).split("|")])
            return answers[-1][1] - before[1] >= 8

        wait_until(all_told, 10, "the server counts eight that were rolled back")
        after = answers[-1]
        commits, aborts = (late - early for early, late in zip(before, after))
        print(f"the server: {commits} committed, {aborts} rolled back; here: {grown}")
        self.assertEqual(8, grown["abort"])
        self.assertEqual(8, aborts)
        # The server's own include its questions after ours, and the start of each of the connections.
        self.assertGreaterEqual(grown["commit"], 20)
        self.assertLessEqual(abs(grown["commit"] - commits), 3 + len(answers))

    def test_measures_the_wait_for_a_lock(self):
        server = self.server
        server.sql("CREATE TABLE locked (number int)")
        series = "ebpf_exporter_postgres_lock_wait_seconds_sum"
        locks = "SELECT count(*) FROM pg_locks WHERE relation = 'locked'::regclass AND "
        before = self.page().value(series, lock="relation")
        holder = server.start(
            "psql", "-h", server.folder, "-qAt", "postgres", stdin=subprocess.PIPE, text=True
        )
        holder.stdin.write("BEGIN; LOCK TABLE locked;\n")
        holder.stdin.flush()
        wait_until(lambda: server.sql(locks + "granted") == "1", 20, "the table is locked")
        held = []

        def waiting():
            began = time.monotonic()
            waiter = server.start(
                "psql", "-h", server.folder, "-c", "BEGIN; LOCK TABLE locked; COMMIT", "postgres",
                stdout=subprocess.DEVNULL,
            )  # fmt: skip
            wait_until(lambda: server.sql(locks + "NOT granted") == "1", 20, "one waits")
            seen = time.monotonic()
            time.sleep(0.2)
            held.append(time.monotonic() - seen)
            holder.communicate("COMMIT;\n", 20)
            self.assertEqual(0, waiter.wait(20))
            held.append(time.monotonic() - began)

        waits = self.grown("lock_wait", "lock", waiting)
        waited = self.page().value(series, lock="relation") - before
        least, most = held
        self.assertEqual({"relation": 1}, {key: value for key, value in waits.items() if value})
        print(f"waited {waited:.3f} s, between {least:.3f} and {most:.3f} s")
        self.assertGreater(waited, least)
        self.assertLess(waited, most)

#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""tests/bench/default_set.py [--quick] [COMMAND…]: what the probes of deploy/default-probes, all in one exporter, take of a
CPU under network load or, with a command, while it runs (for a build: `ninja -C …`).

The load is a client and a server in two network namespaces, joined by a pair of virtual links: a
stream of small UDP datagrams, and short TCP connections with a request and an answer each. What
else the machine does makes events too, so the result is an upper bound.
"""
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "e2e"))

import bpf_stats  # noqa: E402
from harness import children, outcome  # noqa: E402
from harness.exporter import ROOT, Exporter  # noqa: E402
from harness.network import INSIDE, Network  # noqa: E402

PORT = 9000
DATAGRAMS, CONNECTIONS, ANSWER = 20_000, 400, 8_192  # a second, a second, bytes
TICK = 0.005  # seconds between bursts
SECONDS, LONGEST = 20, 600  # of the load, of a command
SERVER = f"""
import socket, threading
udp = socket.socket(type=socket.SOCK_DGRAM)
udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
udp.bind(("{INSIDE}", {PORT}))
tcp = socket.create_server(("{INSIDE}", {PORT}), backlog=1024)
def receive():
    while True: udp.recv(2048)
threading.Thread(target=receive, daemon=True).start()
print("ready", flush=True)
while True:
    connection, _ = tcp.accept()
    with connection:
        connection.recv(512)
        connection.sendall(bytes({ANSWER}))
"""
CLIENT = f"""
import socket, sys, time
udp = socket.socket(type=socket.SOCK_DGRAM)
udp.connect(("{INSIDE}", {PORT}))
began = time.monotonic()
sent = connected = 0
while (now := time.monotonic() - began) < float(sys.argv[1]):
    while sent < now * {DATAGRAMS}:
        udp.send(bytes(64))
        sent += 1
    while connected < now * {CONNECTIONS}:
        with socket.create_connection(("{INSIDE}", {PORT})) as connection:
            connection.send(bytes(200))
            while connection.recv(65536): pass
        connected += 1
    time.sleep({TICK})
print(sent, connected)
"""


def default_probes():
    with open(os.path.join(ROOT, "deploy", "default-probes"), encoding="ascii") as file:
        return ",".join(file.read().split())


def cpu_seconds(pid):
    """What a process took of the CPUs."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def run_times(probes):
    """{program's id: (probe, nanoseconds, runs)} as of now."""
    counted = bpf_stats.runs_of(probes)
    return {number: (probes[number], took, runs) for number, (_, runs, took) in counted.items()}


def packets(network):
    """Packets that the link's end inside has sent and received."""
    folder = "/sys/class/net/outside/statistics"
    line = f"mount -t sysfs sysfs /sys && cat {folder}/rx_packets {folder}/tx_packets"
    return sum(map(int, network.run("unshare", "--mount", "sh", "-c", line).split()))


def network_load(network, seconds):
    """Runs the load; tells what it was."""
    server = children.start(
        [*network.enter(), sys.executable, "-c", SERVER], stdout=children.PIPE, text=True
    )
    try:
        server.stdout.readline()
        before, began = packets(network), time.monotonic()
        done = children.run([sys.executable, "-c", CLIENT, seconds], seconds + 60)
        if done.returncode != 0:
            raise AssertionError(done.stderr)
        took = time.monotonic() - began
        sent, connected = map(int, done.stdout.split())
        rate = (packets(network) - before) / took
        return f"{rate:,.0f} packets a second, of them {sent / took:,.0f} UDP datagrams, and {connected / took:,.0f} connections"
    finally:
        children.stop(server)
        server.stdout.close()


def report(load, took, before, after, cpu):
    """Prints a table of the probes, and what it all comes to."""
    shares = {}  # {probe: [share, runs a second]}
    for number, (name, nanoseconds, runs) in after.items():
        _, nanoseconds_before, runs_before = before[number]
        share = shares.setdefault(name, [0, 0])
        share[0] += (nanoseconds - nanoseconds_before) / 1e9 / took
        share[1] += (runs - runs_before) / took
    print(f"{load}; {took:.0f} s, {os.cpu_count()} CPUs\n")
    print("| Probe | of a CPU | runs a second |\n|---|--:|--:|")
    for name, (share, runs) in sorted(shares.items(), key=lambda one: -one[1][0]):
        print(f"| {name} | {share:.2%} | {runs:,.0f} |")
    programs = sum(share for share, _ in shares.values())
    print(f"\nprograms {programs:.2%} of a CPU, the exporter itself {cpu / took:.2%}")


def main(arguments):
    quick = "--quick" in arguments
    command = [argument for argument in arguments if argument != "--quick"]
    if os.geteuid() != 0:
        print("skipped: needs root", file=sys.stderr)
        return outcome.SKIPPED
    with Network() as network, Exporter(
        "--bpf.stats",
        names=default_probes(),
        interval="5s",
        host=INSIDE,
        port=9435,
        prefix=network.enter(),
    ) as exporter:
        pid = exporter.process.pid
        probes = {
            int(labels["id"]): labels["config"]
            for labels in exporter.page().labels_of("ebpf_exporter_ebpf_program_info")
            if labels["id"].isdigit()
        }
        before, cpu, began = run_times(probes), cpu_seconds(pid), time.monotonic()
        if command:
            done = children.run(command, LONGEST)
            load = f"{' '.join(command)} (exit status {done.returncode})"
        else:
            load = network_load(network, 1 if quick else SECONDS)
        took = time.monotonic() - began
        report(load, took, before, run_times(probes), cpu_seconds(pid) - cpu)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

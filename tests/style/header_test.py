# SPDX-License-Identifier: Apache-2.0
"""programs/bpf_exporter.bpf.h compiles with every clang that is installed, for each architecture whose headers are,
whatever stands before it and after it, and takes no name that is not its own."""

import glob
import os
import platform
import re
import shutil
import subprocess
import tempfile
import unittest

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
PROGRAMS = os.path.join(ROOT, "programs")
HEADERS = sorted(glob.glob(f"{PROGRAMS}/*.h"))
CALLS = [os.path.join(ROOT, "tests", "programs", name) for name in ("author_calls.bpf.c", "native.bpf.c")]
MACHINE = {"x86_64": "x86", "aarch64": "arm64"}[platform.machine()]
# By clang's -D__TARGET_ARCH_: where Debian has the headers of that architecture, its own and others'.
ARCHITECTURES = {
    "x86": ["/usr/include/x86_64-linux-gnu", "/usr/x86_64-linux-gnu/include"],
    "arm64": ["/usr/include/aarch64-linux-gnu", "/usr/aarch64-linux-gnu/include"],
}
BTF = "/sys/kernel/btf/vmlinux"
# What stands before the header; vmlinux.h is the kernel's types, as bpftool writes them.
BEFORE = {
    "nothing": "",
    "vmlinux.h": '#include "vmlinux.h"\n',
    "libbpf's headers": "#include <linux/bpf.h>\n#include <linux/ptrace.h>\n#include <bpf/bpf_helpers.h>\n#include <bpf/bpf_tracing.h>\n",
}
HOOKS = """
#include "bpf_exporter.bpf.h"
#include "block.bpf.h"
#include "cgroup.bpf.h"
#include "task_moments.bpf.h"
#include "net.bpf.h"
#include <bpf/usdt.bpf.h>
BX_DROPPED(dropped);
BX_TASK_MOMENTS(begun, 8);
BX_TASK_STORAGE(of_tasks, __u64);
BX_SK_STORAGE(of_sockets, __u64);
BX_INODE_STORAGE(of_inodes, __u64);
BX_CGRP_STORAGE(of_cgroups, __u64);
BX_NAMES(enum bx_dropped_);
BX_ARRAY(sizes, 1, BX_NATIVE_HISTOGRAM(3, 0, 17));
BX_CGROUP_STORAGE(by_id, __u64, __u64);
BX_PERCPU_CGROUP_STORAGE(by_attachment, struct bpf_cgroup_storage_key, __u64);
SEC("kprobe/vfs_read") int BPF_KPROBE(on_kprobe, int a, long b) { return a + b; }
SEC("kretprobe/vfs_read") int BPF_KRETPROBE(on_kretprobe, int result) { return result; }
SEC("ksyscall/umask") int BPF_KSYSCALL(on_ksyscall, int mask) { return mask; }
SEC("uprobe") int BPF_UPROBE(on_uprobe, int a) { return a; }
SEC("uretprobe") int BPF_URETPROBE(on_uretprobe, int result) { return result; }
SEC("usdt") int BPF_USDT(on_usdt, int a) { return a; }
SEC("fentry/vfs_read") int BPF_PROG(on_fentry, int a) { return a; }
SEC("tp_btf/sched_wakeup") int BPF_PROG(woken, struct task_struct *task) {
  if (bx_task_state(task) == BX_TASK_RUNNING) return bx_exp2_bucket(task->pid);
  if (bx_cgroup_id_of(task) == bx_cgroup_id()) return 1;
  return bx_task_state(task) == BX_TASK_DEAD ? bx_exp2zero_bucket(task->tgid) : bx_native_bucket(bx_value_at(&sizes, 0), task->tgid);
}
SEC("tp_btf/block_rq_issue") int BPF_PROG(issued, struct request *request) {
  bx_begin(begun);
  return bx_request_device(request) == bx_device_number(8, 16);
}
SEC("tp_btf/block_rq_complete") int completed(void *ctx) { return bx_elapsed(begun) > 1000; }
SEC("tp_btf/inet_sock_set_state") int BPF_PROG(changed, struct sock *sk, int from, int to) {
  if (from == BX_TCP_LISTEN || to == BX_TCP_CLOSE) return bx_is_ipv6(&sk->__sk_common);
  if (sk->__sk_common.skc_family == BX_AF_INET6) return to == BX_TCP_ESTABLISHED;
  return to == BX_TCP_SYN_SENT || to == BX_TCP_SYN_RECV;
}
SEC("socket") int received(struct __sk_buff *skb) {
  struct bx_ipv4_start ipv4 = {.protocol = 6};
  struct bx_ipv6_start ipv6 = {.next = 17};
  if (skb->protocol == bpf_htons(BX_ETHERTYPE_IPV6)) return ipv6.next;
  return skb->protocol == bpf_htons(BX_ETHERTYPE_IPV4) ? ipv4.protocol : 0;
}
struct sock___own {
  int sk_number;
} BX_KERNEL_TYPE;
char LICENSE[] SEC("license") = "GPL";
"""
UNDROPPED = """
#include "bpf_exporter.bpf.h"
BX_HASH(counts, 8, __u32, __u64);
SEC("raw_tp/sys_enter") int enter(void *ctx) {
  __u32 key = 1;
  bx_increment(&counts, &key);
  return 0;
}
"""


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def names():
    """Everything that the headers define or declare for authors and for themselves."""
    found = set()
    for path in HEADERS:
        text = read(path)
        found |= set(re.findall(r"^#define (\w+)", text, re.MULTILINE))
        found |= set(re.findall(r"^(?:static|struct|enum)[^\n;]*?(\w+)(?:\(| \{)", text, re.MULTILINE))
    return found


def compilers():
    """One of each version that is installed."""
    found = {}
    for path in [shutil.which("clang"), *glob.glob("/usr/lib/llvm-*/bin/clang")]:
        if path:
            found[os.path.realpath(path)] = path
    return sorted(found)


class Header(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.compilers = compilers()
        cls.architectures = {
            name: folder for name, folders in ARCHITECTURES.items() for folder in folders if os.path.isdir(folder)
        }
        cls.before = dict(BEFORE)
        if os.path.exists(BTF) and shutil.which("bpftool"):
            with open(os.path.join(cls.folder, "vmlinux.h"), "wb") as file:
                subprocess.run(["bpftool", "btf", "dump", "file", BTF, "format", "c"], stdout=file, check=True)
        else:
            del cls.before["vmlinux.h"]

    def compile(self, text, compiler=None, architecture=MACHINE):
        """(exit code, what it says)."""
        path = os.path.join(self.folder, "source.bpf.c")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        done = subprocess.run(
            f"{compiler or self.compilers[0]} -O2 -g -target bpf -mcpu=v3 -D__TARGET_ARCH_{architecture} -idirafter "
            f"{self.architectures[architecture]} -I{PROGRAMS} -I{self.folder} -Wall -Wextra -Wno-unused-parameter "
            f"-c {path} -o {path}.o".split(),
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stderr

    def test_compiles_whatever_stands_before_it(self):
        self.assertIn(MACHINE, self.architectures)
        for compiler in self.compilers:
            for architecture in self.architectures:
                for what, before in self.before.items():
                    if what == "vmlinux.h" and architecture != MACHINE:
                        continue
                    for source in (*map(read, CALLS), HOOKS):
                        with self.subTest(compiler=compiler, architecture=architecture, before=what):
                            self.assertEqual((0, ""), self.compile(before + source, compiler, architecture))

    def test_takes_only_names_of_its_own(self):
        # The types of the kernel that task.bpf.h, block.bpf.h and net.bpf.h declare where there is no vmlinux.h, and
        # flavours of others.
        kernel = {"thread_info", "task_struct", "task_struct___bx_state", "task_struct___bx_long_state"}
        kernel |= {"task_struct___bx_cgroups", "css_set___bx", "cgroup___bx", "kernfs_node___bx"}
        kernel |= {"gendisk", "request", "request_queue", "request___bx_disk"}
        kernel |= {"in6_addr", "sock_common", "sock", "sk_buff", "request_sock", "request_sock_queue"}
        kernel |= {"inet_connection_sock", "minmax", "minmax_sample", "tcp_sock", "tcp_request_sock", "tcp_skb_cb"}
        # libbpf's own, for versions that lack them.
        libbpf = {"BPF_UPROBE", "BPF_URETPROBE"}
        taken = {name for name in names() if not re.match("bx_|BX_", name)}
        self.assertEqual(kernel | libbpf, taken)

    def test_everything_for_authors_is_tried_and_explained(self):
        calls = "".join(map(read, CALLS))
        tried = HOOKS + calls
        for kind in ("exp2", "exp2zero", "linear"):  # author_calls.bpf.c puts the names together
            tried += calls.replace("##kind##", kind).replace("##kind", kind)
        guide = read(os.path.join(PROGRAMS, "writing.md"))
        public = [name for name in sorted(names()) if re.match("bx_|BX_", name) and not name.endswith("_")]
        self.assertEqual([], [name for name in public if not re.search(rf"\b{name}\b", tried)], "not tried")
        self.assertEqual([], [name for name in public if not re.search(rf"\b{name}\b", guide)], "not explained")

    def test_a_map_that_can_be_full_needs_the_counter_for_it(self):
        code, said = self.compile(UNDROPPED)
        self.assertEqual(1, code)
        self.assertIn("error: use of undeclared identifier 'BX_DROPPED'", said)

    def test_keys_and_values_of_another_type_are_told(self):
        text = UNDROPPED.replace("SEC(", "BX_DROPPED(dropped);\nSEC(", 1)
        self.assertEqual((0, ""), self.compile(text))
        code, said = self.compile(text.replace("__u32 key", "__u64 key"))
        self.assertIn("incompatible pointer types", said, code)


if __name__ == "__main__":
    unittest.main()

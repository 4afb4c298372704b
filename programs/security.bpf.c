// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Uses of privilege: capabilities that were checked, programs with set-id bits that were executed,
// modules and BPF programs that were loaded, and processes that looked into others.

#include "bpf_exporter.bpf.h"

#define CAPABILITIES 64
#define WITHOUT_AUDIT 2  // CAP_OPT_NOAUDIT of linux/security.h
#define MODE_ATTACH 2    // PTRACE_MODE_ATTACH of linux/ptrace.h
#define MODE_WITHOUT_AUDIT 4
#define SET_UID 04000
#define SET_GID 02000
#define TAINT_PROPRIETARY (1 << 0)
#define TAINT_OUT_OF_TREE (1 << 12)
#define TAINT_UNSIGNED (1 << 13)

struct inode___security {
  unsigned short i_mode;
} BX_KERNEL_TYPE;
struct file___security {
  struct inode___security *f_inode;
} BX_KERNEL_TYPE;
struct linux_binprm___security {
  struct file___security *file;
} BX_KERNEL_TYPE;
struct id___security {
  unsigned int val;
};
struct cred___security {
  struct id___security uid, gid, euid, egid;
} BX_KERNEL_TYPE;
struct task_struct___security {
  const struct cred___security *cred;
} BX_KERNEL_TYPE;
struct module___security {
  unsigned long taints;
} BX_KERNEL_TYPE;
struct bpf_prog___security {
  enum bpf_prog_type type;
  __u16 is_func : 1;
} BX_KERNEL_TYPE;

// Denied quietly: the kernel asked only in order to choose what to do, and will not log it.
enum verdict { granted, denied, denied_quietly };
enum set_id { setuid, setgid, setuid_setgid };
enum effect { unchanged, changed };
enum module_kind { in_tree, out_of_tree, proprietary, unsigned_ };
enum ptrace_mode { read, attach, traceme };

struct check {
  __u32 capability;
  enum verdict verdict;
};
struct set_id_exec {
  enum set_id bits;
  enum effect effect;
};
struct ptrace {
  enum ptrace_mode mode;
  enum verdict verdict;
};
BX_PERCPU_HASH(security_capabilities, CAPABILITIES * 3, struct check, __u64);
BX_HASH(security_set_id_execs, 6, struct set_id_exec, __u64);
BX_HASH(security_modules, 4, enum module_kind, __u64);
BX_HASH(security_bpf_programs, 256, __u32, __u64);
BX_PERCPU_HASH(security_ptrace, 9, struct ptrace, __u64);
BX_DROPPED(security_dropped);

static __always_inline enum verdict verdict_of(int refused, bool quietly) {
  if (!refused) return granted;
  return quietly ? denied_quietly : denied;
}

SEC("fexit/security_capable")
int BPF_PROG(capability_checked, const void *cred, void *namespace, int capability,
             unsigned int options, int refused) {
  struct check key = {
      .capability = capability,
      .verdict = verdict_of(refused, options & WITHOUT_AUDIT),
  };

  bx_increment(&security_capabilities, &key);
  return 0;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(program_executed, struct task_struct___security *task, int old_pid,
             struct linux_binprm___security *program) {
  unsigned short bits = program->file->f_inode->i_mode & (SET_UID | SET_GID);
  const struct cred___security *cred = task->cred;
  struct set_id_exec key = {0};

  if (bits == 0) return 0;
  key.bits = bits == SET_UID ? setuid : bits == SET_GID ? setgid : setuid_setgid;
  if (cred->uid.val != cred->euid.val || cred->gid.val != cred->egid.val) key.effect = changed;
  bx_increment(&security_set_id_execs, &key);
  return 0;
}

SEC("tp_btf/module_load")
int BPF_PROG(module_loaded, struct module___security *module) {
  enum module_kind kind = in_tree;

  if (module->taints & TAINT_UNSIGNED)
    kind = unsigned_;
  else if (module->taints & TAINT_PROPRIETARY)
    kind = proprietary;
  else if (module->taints & TAINT_OUT_OF_TREE)
    kind = out_of_tree;
  bx_increment(&security_modules, &kind);
  return 0;
}

// Called with each program that is loaded, and with each function of it.
SEC("fentry/bpf_prog_kallsyms_add")
int BPF_PROG(bpf_program_loaded, struct bpf_prog___security *program) {
  __u32 type = program->type;

  if (!BPF_CORE_READ_BITFIELD_PROBED(program, is_func)) bx_increment(&security_bpf_programs, &type);
  return 0;
}

SEC("fexit/__ptrace_may_access")
int BPF_PROG(ptrace_asked, void *task, unsigned int mode, int refused) {
  struct ptrace key = {
      .mode = mode & MODE_ATTACH ? attach : read,
      .verdict = verdict_of(refused, mode & MODE_WITHOUT_AUDIT),
  };

  bx_increment(&security_ptrace, &key);
  return 0;
}

SEC("fexit/security_ptrace_traceme")
int BPF_PROG(ptrace_offered, void *parent, int refused) {
  struct ptrace key = {.mode = traceme, .verdict = verdict_of(refused, false)};

  bx_increment(&security_ptrace, &key);
  return 0;
}

char LICENSE[] SEC("license") = "GPL";

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Processes: tasks that were created, programs that were executed or could not be, and how
// processes ended and how long they had lived.

#include "cgroup.bpf.h"

#define PF_KTHREAD 0x00200000
#define SIGNAL_GROUP_EXIT 0x00000004
#define CORE_DUMPED 0x80
#define SIGNAL_MASK 0x7f
#define STATUS_OF_SIGNALS 256  // signal 9 is status 265, so that exit codes keep their numbers

struct atomic_counter___exec {
  int counter;
} BX_KERNEL_TYPE;
struct signal_struct___exec {
  struct atomic_counter___exec live;  // threads that have not begun to exit
  int nr_threads;
  int group_exit_code;
  unsigned int flags;
} BX_KERNEL_TYPE;
struct task_struct___exec {
  unsigned int flags;
  int exit_code;
  int pid;
  int tgid;
  struct task_struct___exec *group_leader;
  __u64 start_time;
  struct signal_struct___exec *signal;
} BX_KERNEL_TYPE;

enum fork_kind { process, thread, kernel_thread };
enum exit_reason { exited, killed, dumped_core };

struct fork_key {
  enum fork_kind kind;
  __u64 cgroup_id;
};
struct exec_key {
  __u32 result;  // 0, or an error's number
  __u64 cgroup_id;
};
struct exit_key {
  enum exit_reason reason;
  __u32 status;
  __u64 cgroup_id;
};
BX_HASH(exec_forks, 4096, struct fork_key, __u64);
BX_HASH(exec_execs, 4096, struct exec_key, __u64);
BX_HASH(exec_exits, 8192, struct exit_key, __u64);
BX_PERCPU_ARRAY(exec_lifetimes, 1, BX_NATIVE_SECONDS(3, -10, 20));  // 1 ms to 12 days
BX_DROPPED(exec_dropped);

// Threads that exit at the same time can all see that no other is left, and one of them counts, but
// not before the first thread has its exit code. Who came that far, by when the process began.
enum step { FIRST_THREAD_HAS_CODE, COUNTED };
struct ending {
  __u64 start_time;
  __u32 tgid;
  enum step step;
};
BX_LRU_HASH(exec_endings, 4096, struct ending, __u8);

SEC("tp_btf/sched_process_fork")
int BPF_PROG(task_forked, struct task_struct___exec *parent, struct task_struct___exec *child) {
  struct fork_key key = {.kind = process, .cgroup_id = bx_cgroup_id()};

  if (child->flags & PF_KTHREAD)
    key.kind = kernel_thread;
  else if (child->pid != child->tgid)
    key.kind = thread;
  bx_increment(&exec_forks, &key);
  return 0;
}

static __always_inline void count_exec(long error) {
  struct exec_key key = {.result = error, .cgroup_id = bx_cgroup_id()};

  bx_increment(&exec_execs, &key);
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(program_executed) {
  count_exec(0);
  return 0;
}

SEC("fexit/__x64_sys_execve")
int BPF_PROG(execve_returned, const void *registers, long result) {
  if (result < 0) count_exec(-result);
  return 0;
}

SEC("fexit/__x64_sys_execveat")
int BPF_PROG(execveat_returned, const void *registers, long result) {
  if (result < 0) count_exec(-result);
  return 0;
}

// Is true for one of the threads that are called when no other is left.
static __always_inline bool has_ended(struct task_struct___exec *task) {
  struct task_struct___exec *leader = task->group_leader;
  struct ending ending = {.start_time = leader->start_time, .tgid = leader->tgid};
  __u8 value = 0;
  __u64 fence = 0;

  if (task->signal->nr_threads == 1) return task->signal->live.counter == 0;
  if (task == leader) {
    // A thread that does not see this row has ended before, and this one sees that.
    bpf_map_update_elem(&exec_endings, &ending, &value, BPF_ANY);
    __sync_fetch_and_add(&fence, 1);
  }
  if (task->signal->live.counter != 0) return false;
  if (task != leader && !bpf_map_lookup_elem(&exec_endings, &ending)) return false;
  ending.step = COUNTED;
  return bpf_map_update_elem(&exec_endings, &ending, &value, BPF_NOEXIST) == 0;
}

// Runs in each thread that exits; the process has ended when it was the last.
SEC("tp_btf/sched_process_exit")
int BPF_PROG(task_exited, struct task_struct___exec *task) {
  struct signal_struct___exec *signal = task->signal;
  struct task_struct___exec *leader = task->group_leader;
  struct exit_key key = {.reason = exited, .cgroup_id = bx_cgroup_id()};
  int code;

  if (task->flags & PF_KTHREAD || !has_ended(task)) return 0;

  // What wait() tells: the code of all threads if there is one (since 6.0 the last thread's), else
  // that of the first thread.
  code = signal->flags & SIGNAL_GROUP_EXIT ? signal->group_exit_code : leader->exit_code;
  key.status = (code >> 8) & 0xff;
  if (code & SIGNAL_MASK) {
    key.reason = code & CORE_DUMPED ? dumped_core : killed;
    key.status = STATUS_OF_SIGNALS + (code & SIGNAL_MASK);
  }
  bx_increment(&exec_exits, &key);
  bx_observe_native_at(&exec_lifetimes, 0, bpf_ktime_get_ns() - leader->start_time);
  return 0;
}

char LICENSE[] SEC("license") = "GPL";

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// How long reads, writes, opens and fsyncs of files took, by type of file system.

#include "task_moments.bpf.h"

#define S_IFMT 0170000  // of linux/stat.h
#define S_IFREG 0100000

struct file_system_type {
  const char *name;
} BX_KERNEL_TYPE;
struct super_block {
  unsigned int s_dev;
  struct file_system_type *s_type;
} BX_KERNEL_TYPE;
struct inode {
  unsigned short i_mode;
  struct super_block *i_sb;
} BX_KERNEL_TYPE;
struct dentry {
  struct inode *d_inode;
} BX_KERNEL_TYPE;
struct path {
  struct dentry *dentry;
} BX_KERNEL_TYPE;
struct file {
  struct inode *f_inode;
} BX_KERNEL_TYPE;

struct fdtable {
  struct file **fd;
} BX_KERNEL_TYPE;
struct files_struct {
  struct fdtable *fdt;
} BX_KERNEL_TYPE;
struct task_struct {
  struct files_struct *files;
} BX_KERNEL_TYPE;

enum operation { read, write, open, fsync };
struct key {
  char filesystem[16];
  enum operation operation;
};
// 1 µs to 64 s; two buckets a doubling: 0.1 MB a CPU for all.
BX_PERCPU_HASH(file_operations, 256, struct key, BX_NATIVE_SECONDS(1, -20, 6));
// A write can have an fsync within it. An open or fsync within one of the same kind, as an
// overlay's have it of the file system below, is counted in its place.
BX_TASK_MOMENTS(data_begun, 4096);
BX_TASK_MOMENTS(opens_begun, 4096);
BX_TASK_MOMENTS(fsyncs_begun, 4096);
BX_DROPPED(file_operations_dropped);

// Pipes, sockets and terminals wait for somebody, not for a file system.
static __always_inline bool is_file(struct inode *inode) {
  return (inode->i_mode & S_IFMT) == S_IFREG;
}

static __always_inline void count(const char *type, enum operation operation, __u64 elapsed) {
  struct key key = {.operation = operation};

  if (!elapsed) return;
  bpf_probe_read_kernel_str(key.filesystem, sizeof(key.filesystem), type);
  bx_observe_native(&file_operations, &key, elapsed);
}

#define BEGINNING_AND_END(function, operation, begun)                         \
  SEC("fentry/" #function)                                                    \
  int BPF_PROG(function##_begins, struct file *file) {                        \
    if (is_file(file->f_inode)) bx_begin(begun);                              \
    return 0;                                                                 \
  }                                                                           \
  SEC("fexit/" #function)                                                     \
  int BPF_PROG(function##_ends, struct file *file) {                          \
    if (is_file(file->f_inode))                                               \
      count(file->f_inode->i_sb->s_type->name, operation, bx_elapsed(begun)); \
    return 0;                                                                 \
  }                                                                           \
  _Static_assert(true, "")

BEGINNING_AND_END(vfs_read, read, data_begun);
BEGINNING_AND_END(vfs_readv, read, data_begun);
BEGINNING_AND_END(vfs_write, write, data_begun);
BEGINNING_AND_END(vfs_writev, write, data_begun);
BEGINNING_AND_END(vfs_fsync_range, fsync, fsyncs_begun);

// The file is not yet that of an inode when it begins.
SEC("fentry/vfs_open")
int BPF_PROG(vfs_open_begins, struct path *path) {
  if (is_file(path->dentry->d_inode)) bx_begin(opens_begun);
  return 0;
}

SEC("fexit/vfs_open")
int BPF_PROG(vfs_open_ends, struct path *path) {
  struct inode *inode = path->dentry->d_inode;

  if (is_file(inode)) count(inode->i_sb->s_type->name, open, bx_elapsed(opens_begun));
  return 0;
}

// Newer kernels have the function that the others call as a part of this one.
SEC("fentry/do_fsync")
int do_fsync_begins(void *ctx) {
  bx_begin(fsyncs_begun);
  return 0;
}

SEC("fexit/do_fsync")
int BPF_PROG(do_fsync_ends, unsigned int descriptor) {
  struct task_struct *task = (void *)bpf_get_current_task();
  __u64 elapsed = bx_elapsed(fsyncs_begun);
  struct file **files, *file = NULL;
  unsigned short mode;

  if (!elapsed) return 0;
  files = BPF_CORE_READ(task, files, fdt, fd);
  bpf_probe_read_kernel(&file, sizeof(file), files + descriptor);
  mode = BPF_CORE_READ(file, f_inode, i_mode);
  if ((mode & S_IFMT) == S_IFREG)
    count(BPF_CORE_READ(file, f_inode, i_sb, s_type, name), fsync, elapsed);
  return 0;
}

char LICENSE[] SEC("license") = "GPL";

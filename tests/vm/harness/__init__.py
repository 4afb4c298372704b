"""Boots Debian's kernels under QEMU and runs commands of the build tree in them."""

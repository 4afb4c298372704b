# SPDX-License-Identifier: Apache-2.0
"""Boots Debian's kernels under QEMU and runs commands of the build tree in them."""

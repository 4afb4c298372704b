// SPDX-License-Identifier: Apache-2.0
#pragma once

// Does nothing, but is a symbol of this program: a BPF program in
// SEC("uprobe//proc/self/exe:post_attach_mark") runs when it is called, which is once, after
// everything was attached.
extern "C" void post_attach_mark();

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bpf/libbpf.h>

#include <memory>

// Owners of the objects and links that libbpf hands out. Only for the files of kernel/.
namespace bpf_exporter::kernel {

struct ObjectClose {
  void operator()(bpf_object* object) const { bpf_object__close(object); }
};
using ObjectPtr = std::unique_ptr<bpf_object, ObjectClose>;

struct LinkDestroy {
  void operator()(bpf_link* link) const { bpf_link__destroy(link); }
};
using LinkPtr = std::unique_ptr<bpf_link, LinkDestroy>;

}  // namespace bpf_exporter::kernel

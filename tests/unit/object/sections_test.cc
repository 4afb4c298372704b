// SPDX-License-Identifier: Apache-2.0
#include "object/sections.h"

#include <bpf/libbpf.h>
#include <gtest/gtest.h>

#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <set>
#include <sstream>
#include <string>

// The oracle is libbpf: asked for a section that it does not know, it prints those that it knows.
namespace bpf_exporter::object {
namespace {

std::string printed;

int Keep(libbpf_print_level, const char* format, va_list arguments) {
  char* text = nullptr;
  if (vasprintf(&text, format, arguments) >= 0) printed += text;
  free(text);
  return 0;
}

// The sections of the library that is loaded, and whether a target may follow.
std::map<std::string, bool> SectionsOfLibbpf() {
  std::map<std::string, bool> sections;
  const libbpf_print_fn_t before = libbpf_set_print(Keep);
  bpf_prog_type type{};
  bpf_attach_type attach{};
  libbpf_prog_type_by_name("nonsense", &type, &attach);
  libbpf_set_print(before);
  const std::string start = "names are:";
  std::istringstream names(printed.substr(printed.find(start) + start.size()));
  for (std::string name; names >> name;) {
    const bool with_target = name.ends_with('+');
    if (with_target) name.pop_back();
    sections.emplace(name, with_target);
  }
  return sections;
}

TEST(Sections, AreThoseOfTheLibraryThatIsLoaded) {
  const std::map<std::string, bool> known = SectionsOfLibbpf();
  EXPECT_GT(known.size(), 60u);
  std::map<std::string, bool> here;
  for (const SectionInfo& section : Sections()) {
    if (section.since > libbpf_minor_version()) continue;
    here.emplace(section.name, section.with_target);
  }
  EXPECT_EQ(here, known);
}

TEST(Sections, AreFoundWithTheirTargets) {
  const auto name = [](std::string_view section) {
    const SectionInfo* found = FindSection(section);
    return found == nullptr ? "(none)" : std::string(found->name);
  };
  EXPECT_EQ(name("kprobe/do_exit"), "kprobe");
  EXPECT_EQ(name("kprobe"), "kprobe");
  EXPECT_EQ(name("kprobes/do_exit"), "(none)");
  EXPECT_EQ(name("kprobe.multi/vfs_*"), "kprobe.multi");
  EXPECT_EQ(name("xdp/devmap"), "xdp/devmap");
  EXPECT_EQ(name("xdp/eth0"), "(none)");
  EXPECT_EQ(name("struct_ops.s/tcp_init"), "struct_ops.s");
  EXPECT_EQ(name(""), "(none)");
}

TEST(Sections, SayWhatHasToRunThemWhereNobodyHereCan) {
  std::map<std::string_view, std::string> sections;
  for (const SectionInfo& section : Sections()) {
    if (section.use != SectionUse::kNotByUs) continue;
    sections[section.words] += std::string(section.name) + " ";
  }
  EXPECT_EQ(
      sections,
      (std::map<std::string_view, std::string>{
          {"a group of sockets has it, and picks one of them by it",
           "sk_reuseport/migrate sk_reuseport "},
          {"a netkit device (Linux 6.7) has it, and sends by it", "netkit/primary netkit/peer "},
          {"a network namespace has it, and decides by it", "flow_dissector sk_lookup "},
          {"a route has it", "lwt_in lwt_out lwt_xmit lwt_seg6local "},
          {"an infrared receiver has it", "lirc_mode2 "},
          {"it decides for a cgroup; SEC(\"lsm/HOOK\") is for all", "lsm_cgroup "},
          {"it is a firewall's (Linux 6.4), and decides about packets", "netfilter "},
          {"it is a part of a struct_ops map, which runs the kernel", "struct_ops struct_ops.s "},
          {"it is an action of a traffic filter, which tc makes", "action "},
          {"it runs for packets that another program redirects",
           "xdp.frags/devmap xdp/devmap xdp.frags/cpumap xdp/cpumap "},
          {"it runs when a process asks for it by BPF_PROG_RUN", "syscall "},
          {"it runs when somebody reads it", "iter iter.s "},
          {"it takes the place of a function of another program", "freplace "},
          {"sockets in a sockmap have it",
           "sk_skb/stream_parser sk_skb/stream_verdict sk_skb/verdict sk_skb sk_msg "}}));
}

TEST(Sections, HaveNoNameTwice) {
  std::set<std::string_view> names;
  for (const SectionInfo& section : Sections()) {
    EXPECT_TRUE(names.insert(section.name).second) << section.name;
  }
}

}  // namespace
}  // namespace bpf_exporter::object

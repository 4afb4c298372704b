// SPDX-License-Identifier: Apache-2.0
#include "process/capabilities.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <functional>
#include <thread>

namespace bpf_exporter::process {
namespace {

// The value of a line of /proc/self/status.
std::string StatusLine(const std::string& key) {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(key + ":\t")) return line.substr(key.size() + 2);
  }
  return "(none)";
}

// What `work` returns in a process of its own, whose privileges it may change.
std::string InChild(const std::function<std::string()>& work) {
  int ends[2];
  if (pipe(ends) != 0) return "(no pipe)";
  const pid_t child = fork();
  if (child == 0) {
    const std::string text = work();
    _exit(write(ends[1], text.data(), text.size()) < 0 ? 1 : 0);
  }
  close(ends[1]);
  std::string text;
  char buffer[512];
  for (ssize_t got; (got = read(ends[0], buffer, sizeof(buffer))) > 0;) {
    text.append(buffer, static_cast<std::size_t>(got));
  }
  close(ends[0]);
  waitpid(child, nullptr, 0);
  return text;
}

std::string Text(const Status& status) { return status.ok() ? "ok" : status.error().Message(); }

TEST(CapabilitiesTest, ReadsAllNoneAndLists) {
  EXPECT_TRUE(ParseCapabilities("all")->all);
  EXPECT_FALSE(ParseCapabilities("none")->all);
  EXPECT_TRUE(ParseCapabilities("none")->names.empty());
  EXPECT_EQ(ParseCapabilities("cap_bpf,cap_syslog")->names,
            (std::vector<std::string>{"cap_bpf", "cap_syslog"}));
  EXPECT_EQ(ParseCapabilities("cap_bpf,").error().Message(),
            "'' is no capability; give all, none or names such as cap_bpf");
  EXPECT_EQ(ParseCapabilities("cap_bpf,all").error().Message(),
            "'all' is no capability; give all, none or names such as cap_bpf");
}

TEST(CapabilitiesTest, ShowsWhatItReads) {
  for (const char* text : {"all", "none", "cap_bpf,cap_syslog"}) {
    EXPECT_EQ(text, CapabilitiesText(*ParseCapabilities(text)));
  }
}

TEST(CapabilitiesTest, DropsAllAndLetsNoneComeBack) {
  const std::string text = InChild([] {
    const std::string dropped = Text(DropCapabilities({.all = false}));
    return dropped + " " + StatusLine("CapEff") + " " + StatusLine("CapPrm") + " " +
           StatusLine("CapInh") + " " + StatusLine("NoNewPrivs");
  });
  EXPECT_EQ(text, "ok 0000000000000000 0000000000000000 0000000000000000 1");
}

TEST(CapabilitiesTest, KeepsTheListed) {
  const std::uint64_t listed = 0xa0;  // bits 5 and 7, capabilities(7)
  if ((std::stoull(StatusLine("CapPrm"), nullptr, 16) & listed) != listed) {
    GTEST_SKIP() << "needs CAP_KILL and CAP_SETUID";
  }
  const std::string text = InChild([] {
    const std::string dropped = Text(DropCapabilities({false, {"cap_setuid", "cap_kill"}}));
    return dropped + " " + StatusLine("CapEff") + " " + StatusLine("CapPrm");
  });
  EXPECT_EQ(text, "ok 00000000000000a0 00000000000000a0");
}

TEST(CapabilitiesTest, RefusesToKeepWhatIsNotThere) {
  const std::string text = InChild([] {
    static_cast<void>(DropCapabilities({.all = false}));
    return Text(DropCapabilities({false, {"cap_bpf"}}));
  });
  EXPECT_EQ(text, "capabilities: 'cap_bpf' cannot be kept: this process does not have it");
}

TEST(CapabilitiesTest, RefusesToDropWhileOtherThreadsWouldKeepTheirs) {
  const std::string text = InChild([] {
    std::thread other([] { pause(); });
    other.detach();
    return Text(DropCapabilities({.all = false}));
  });
  EXPECT_EQ(text, "capabilities: set: other threads would keep theirs");
}

TEST(CapabilitiesTest, SaysWhatLoadingNeeds) {
  const std::string text = InChild([] {
    static_cast<void>(DropCapabilities({.all = false}));
    return Text(MayLoadPrograms());
  });
  EXPECT_EQ(text,
            "loading BPF programs needs CAP_BPF, and CAP_PERFMON for tracing (or root); this "
            "process has neither CAP_BPF nor CAP_SYS_ADMIN");
}

}  // namespace
}  // namespace bpf_exporter::process

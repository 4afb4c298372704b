#include <cstdio>
#include <string>
#include <variant>

#include "options.h"

int main(int argc, char** argv) {
  using namespace bpf_exporter;
  const auto parsed = ParseOptions(std::vector<std::string>(argv + 1, argv + argc));
  if (const auto* exit = std::get_if<EarlyExit>(&parsed)) {
    std::fputs((exit->text + (exit->code == 0 ? "" : "\n")).c_str(),
               exit->code == 0 ? stdout : stderr);
    return exit->code;
  }
  std::fputs("bpf_exporter: nothing to run yet\n", stderr);
  return 1;
}

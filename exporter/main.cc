#include <cstdio>

int main() {
  std::fputs("bpf_exporter: nothing to run yet\n", stderr);
  return 2;
}

// What the fuzzers say when a property does not hold.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace troupe::test {

inline void require(bool holds, const char* what) {
  if (holds)
    return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

} // namespace troupe::test

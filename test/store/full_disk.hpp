// A disk that takes nothing more.
#pragma once

#include <csignal>
#include <sys/resource.h>

namespace troupe::test {

/// Files of this process cannot grow while it lives.
class full_disk {
public:
  full_disk() {
    std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    rlimit none = before_;
    none.rlim_cur = 1;
    ::setrlimit(RLIMIT_FSIZE, &none);
  }
  ~full_disk() { ::setrlimit(RLIMIT_FSIZE, &before_); }

  full_disk(const full_disk&) = delete;
  full_disk& operator=(const full_disk&) = delete;

private:
  rlimit before_{};
};

} // namespace troupe::test

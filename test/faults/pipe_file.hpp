// A file that takes so much and no more until somebody reads it.
#pragma once

#include "support/wait.hpp"

#include <algorithm>
#include <fcntl.h>
#include <filesystem>
#include <string>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace troupe::test {

/// A pipe of `size` bytes, whole pages. Who opens it to write need not wait for a reader.
class pipe_file {
public:
  pipe_file(const std::filesystem::path& name, int size) {
    if (::mkfifo(name.c_str(), 0600) == 0)
      end_ = ::open(name.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
    size_ = end_ < 0 ? -1 : ::fcntl(end_, F_SETPIPE_SZ, size);
    if (size_ < 0)
      throw unexpected{"no pipe"};
  }
  pipe_file(const pipe_file&) = delete;
  pipe_file& operator=(const pipe_file&) = delete;
  ~pipe_file() { ::close(end_); }

  /// Bytes that it still takes.
  int room() const {
    int waiting = 0;
    return ::ioctl(end_, FIONREAD, &waiting) == 0 ? size_ - waiting : size_;
  }

  std::string take() {
    std::string text(static_cast<std::size_t>(size_), '\0');
    const auto n = ::read(end_, text.data(), text.size());
    text.resize(static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
    return text;
  }

private:
  int end_ = -1, size_ = -1;
};

} // namespace troupe::test

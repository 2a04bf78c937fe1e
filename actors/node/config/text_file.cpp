#include "text_file.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace troupe::config {

namespace {

class descriptor {
public:
  descriptor(const std::string& path, int flags) : fd_(::open(path.c_str(), flags)) {}
  ~descriptor() {
    if (open())
      ::close(fd_);
  }
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;

  bool open() const noexcept { return fd_ >= 0; }
  int get() const noexcept { return fd_; }

private:
  int fd_;
};

bool is_regular(const descriptor& file) {
  struct stat found {};
  return ::fstat(file.get(), &found) == 0 && S_ISREG(found.st_mode);
}

// False: it cannot be read. At most one byte more than the bound.
bool read_all(const descriptor& file, std::string& text) {
  constexpr std::size_t chunk = 64U << 10U;
  std::string part(chunk, '\0');
  while (text.size() <= longest_text) {
    const auto n = ::read(file.get(), part.data(), std::min(chunk, longest_text + 1 - text.size()));
    if (n == 0)
      return true;
    if (n > 0)
      text.append(part, 0, static_cast<std::size_t>(n));
    else if (errno != EINTR)
      return false;
  }
  return true;
}

} // namespace

file_text read_text(const std::string& path, file_kind expected) {
  // Nobody may ever write to a pipe: opening it must not wait either.
  const descriptor file(path,
                        O_RDONLY | O_CLOEXEC | O_NOCTTY | (expected == file_kind::regular ? O_NONBLOCK : 0));
  if (file.open() && expected == file_kind::regular && !is_regular(file))
    return {{}, path + ": is no regular file"};
  file_text result;
  if (!file.open() || !read_all(file, result.text))
    return {{}, path + ": cannot be read"};
  if (result.text.size() > longest_text)
    return {{}, path + ": is larger than 16 MB"};
  return result;
}

} // namespace troupe::config

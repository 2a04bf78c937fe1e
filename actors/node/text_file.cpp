#include "troupe/actors/text_file.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace troupe {

namespace {

// Empty, or why not all could be read. What is no regular file could keep its reader waiting.
std::string read_all(int file, std::size_t most, std::string& text) {
  constexpr std::size_t piece = 64 * 1024;
  struct stat what {};
  if (::fstat(file, &what) != 0)
    return std::generic_category().message(errno);
  if (!S_ISREG(what.st_mode))
    return S_ISDIR(what.st_mode) ? "it is a folder" : "it is no regular file";
  for (;;) {
    const auto size = text.size();
    if (size > most)
      return "it has more than " + std::to_string(most) + " bytes";
    text.resize(size + piece);
    const ssize_t n = ::read(file, text.data() + size, piece);
    const int failed = errno;
    text.resize(size + static_cast<std::size_t>(n > 0 ? n : 0));
    if (n == 0)
      return {};
    if (n < 0 && failed != EINTR)
      return std::generic_category().message(failed);
  }
}

} // namespace

text_file read_text_file(const std::string& path, std::size_t most) {
  text_file out;
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) {
    out.there = errno != ENOENT;
    if (out.there)
      out.error = std::generic_category().message(errno);
    return out;
  }
  out.there = true;
  out.error = read_all(file, most, out.text);
  ::close(file);
  return out;
}

} // namespace troupe

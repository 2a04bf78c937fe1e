#include "troupe/actors/durable_file.hpp"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <unistd.h>

namespace troupe {

namespace {

// 0 or errno; the descriptor is closed in either case.
int finish(int descriptor, bool done) {
  const int error = done ? 0 : errno;
  return ::close(descriptor) == 0 || error != 0 ? error : errno;
}

int write_draft(const std::string& path, std::string_view text) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0)
    return errno;
  return finish(fd, write_all(fd, text) && ::fsync(fd) == 0);
}

int sync_folder(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    return errno;
  return finish(fd, ::fsync(fd) == 0);
}

} // namespace

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const auto n = ::write(descriptor, text.data(), text.size());
    if (n < 0 && errno != EINTR)
      return false;
    text.remove_prefix(n < 0 ? 0 : static_cast<std::size_t>(n));
  }
  return true;
}

int replace_file(const std::string& folder, const std::string& name, std::string_view text) {
  const auto draft = folder + "/." + name + ".new";
  int error = write_draft(draft, text);
  if (error == 0 && ::rename(draft.c_str(), (folder + '/' + name).c_str()) != 0)
    error = errno;
  if (error == 0)
    return sync_folder(folder); // the name, too
  ::unlink(draft.c_str());
  return error;
}

} // namespace troupe

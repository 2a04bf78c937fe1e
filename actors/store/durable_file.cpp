#include "troupe/actors/durable_file.hpp"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace troupe {

namespace {

namespace fs = std::filesystem;

constexpr int most_links = 40; // as Linux follows
constexpr mode_t for_its_owner = 0600;

// 0 or errno; the descriptor is closed in either case.
int finish(int descriptor, bool done) {
  const int error = done ? 0 : errno;
  return ::close(descriptor) == 0 || error != 0 ? error : errno;
}

int write_draft(const std::string& path, std::string_view text, mode_t mode) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, for_its_owner);
  if (fd < 0)
    return errno;
  return finish(fd, write_all(fd, text) && ::fchmod(fd, mode) == 0 && ::fsync(fd) == 0);
}

int sync_folder(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    return errno;
  return finish(fd, ::fsync(fd) == 0);
}

int replace(const std::string& folder, const std::string& name, std::string_view text, mode_t mode) {
  const auto draft = folder + "/." + name + ".new";
  int error = write_draft(draft, text, mode);
  if (error == 0 && ::rename(draft.c_str(), (folder + '/' + name).c_str()) != 0)
    error = errno;
  if (error == 0)
    return sync_folder(folder); // the name, too
  ::unlink(draft.c_str());
  return error;
}

// 0 or errno. Where the last link leads nothing need be.
int follow_links(fs::path& file) {
  std::error_code failed;
  for (int left = most_links; fs::is_symlink(fs::symlink_status(file, failed)); --left) {
    if (left == 0)
      return ELOOP;
    const auto target = fs::read_symlink(file, failed);
    if (failed)
      return failed.value();
    file = file.parent_path() / target;
  }
  return 0;
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
  return replace(folder, name, text, for_its_owner);
}

int replace_linked_file(const std::string& path, std::string_view text) {
  fs::path file{path};
  if (const int error = follow_links(file); error != 0)
    return error;
  struct stat known {};
  const auto mode = ::stat(file.c_str(), &known) == 0 ? known.st_mode & 0777 : for_its_owner;
  const auto folder = file.has_parent_path() ? file.parent_path().string() : ".";
  return replace(folder, file.filename().string(), text, mode);
}

} // namespace troupe

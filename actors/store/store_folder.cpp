#include "store_folder.hpp"

#include "troupe/actors/durable_file.hpp"
#include "troupe/actors/log.hpp"

#include <cerrno>
#include <charconv>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace troupe {

namespace {

constexpr std::string_view format_prefix = "troupe store ";
constexpr mode_t for_its_owner = 0700;
constexpr mode_t of_others = 0077;

std::string first_line(const std::string& file) {
  std::ifstream in{file, std::ios::binary};
  std::string line;
  std::getline(in, line);
  constexpr std::size_t longest_shown = 64;
  return line.substr(0, longest_shown);
}

store_code code_of(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT: return store_code::full;
    case EACCES:
    case EPERM:
    case EROFS:
    case EEXIST:
    case ENOTDIR: return store_code::not_accessible;
    default: return store_code::failed;
  }
}

} // namespace

store_folder::~store_folder() {
  if (lock_ >= 0)
    ::close(lock_);
}

store_status store_folder::failure(const std::string& what, int error) const {
  return {code_of(error), "the store " + path_ + ": " + what + ": " + std::strerror(error)};
}

store_status store_folder::claim() {
  if (auto status = make(); !status.ok())
    return status;
  if (auto status = lock(); !status.ok())
    return status;
  if (auto status = keep_private(); !status.ok())
    return status;
  return check_format();
}

// For its owner alone from its first moment on, whatever the umask says.
store_status store_folder::make() const {
  const std::filesystem::path folder{path_};
  std::error_code error;
  if (folder.has_parent_path())
    std::filesystem::create_directories(folder.parent_path(), error);
  if (error)
    return failure("cannot be made", error.value());
  if (::mkdir(path_.c_str(), for_its_owner) == 0)
    return {};
  const int why = errno;
  return std::filesystem::is_directory(folder, error) ? store_status{} : failure("cannot be made", why);
}

// An earlier version left it to the umask, and it holds passwords and keys. Only its owner can change that.
store_status store_folder::keep_private() const {
  struct stat known {};
  if (::stat(path_.c_str(), &known) != 0)
    return failure("cannot be read", errno);
  if ((known.st_mode & of_others) == 0 || ::chmod(path_.c_str(), known.st_mode & 07777 & ~of_others) == 0)
    return {};
  const int error = errno;
  if (known.st_uid == ::geteuid())
    return failure("cannot be closed to other users", error);
  log::warning("[Store] {} is open to other users and belongs to one of them (uid {}): take its secrets from "
               "them with chmod go= {}",
               path_, known.st_uid, path_);
  return {};
}

// The lock belongs to the open file: it ends with the process, however that ends.
store_status store_folder::lock() {
  const auto file = path_ + "/lock";
  lock_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock_ < 0)
    return failure("cannot be written to", errno);
  if (::flock(lock_, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK)
      return failure("cannot be locked", errno);
    const auto owner = first_line(file);
    return {store_code::in_use, "the store " + path_ + " is in use by another process" +
                                    (owner.empty() ? std::string{} : " (" + owner + ")")};
  }
  const auto owner = "pid " + std::to_string(::getpid()) + "\n";
  if (::ftruncate(lock_, 0) != 0 || !write_all(lock_, owner))
    return failure("cannot be written to", errno);
  return {};
}

bool store_folder::has_rows() const {
  std::error_code error;
  return std::filesystem::exists(rows_path() + "/CURRENT", error);
}

// RocksDB begins with CURRENT: one that is killed then leaves neither rows nor a log.
bool store_folder::has_lost_rows() const {
  std::error_code error;
  if (has_rows())
    return false;
  for (const auto& file : std::filesystem::directory_iterator{rows_path(), error})
    if (const auto kind = file.path().extension(); kind == ".sst" || kind == ".log")
      return true;
  return false;
}

store_status store_folder::check_format() const {
  if (has_lost_rows())
    return {store_code::corrupt, "the store " + path_ + " has rows, but their file CURRENT is gone"};
  const auto file = path_ + "/format";
  std::error_code error;
  if (!std::filesystem::exists(file, error)) {
    if (has_rows())
      return {store_code::foreign_format,
              "the store " + path_ + " has rows but no file that says their format"};
    return {};
  }
  const auto line = first_line(file);
  int version = 0;
  if (line.starts_with(format_prefix)) {
    const auto number = std::string_view{line}.substr(format_prefix.size());
    const auto [end, bad] = std::from_chars(number.data(), number.data() + number.size(), version);
    if (bad != std::errc{} || end != number.data() + number.size())
      version = 0;
  }
  if (version != format)
    return {store_code::foreign_format, "the store " + path_ + " has the format \"" + line +
                                            "\", but this version of Troupe knows \"" +
                                            std::string{format_prefix} + std::to_string(format) + "\" only"};
  return {};
}

store_status store_folder::keep_logs() const {
  namespace fs = std::filesystem;
  std::error_code error;
  fs::remove_all(logs_path(), error);
  fs::create_directory(logs_path(), error);
  if (!error)
    fs::permissions(logs_path(), fs::perms::owner_all, error);
  for (const auto& file : fs::directory_iterator{rows_path(), error})
    if (!error && file.path().extension() == ".log")
      fs::copy_file(file.path(), fs::path{logs_path()} / file.path().filename(), error);
  return error ? failure("a copy of its damaged log cannot be made", error.value()) : store_status{};
}

// Complete and on disk before the first row is.
store_status store_folder::begin_rows() {
  const int error = replace_file(path_, "format", std::string{format_prefix} + std::to_string(format) + "\n");
  return error == 0 ? store_status{} : failure("cannot be written to", error);
}

} // namespace troupe

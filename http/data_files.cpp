#include "data_files.hpp"

#include "troupe/actors/durable_file.hpp"

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace troupe {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t longest_name = 200;
constexpr std::string_view suffix = ".json";

class reader {
public:
  explicit reader(const std::string& path)
      : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)) {}
  ~reader() {
    if (open())
      ::close(descriptor_);
  }
  reader(const reader&) = delete;
  reader& operator=(const reader&) = delete;

  int get() const noexcept { return descriptor_; }
  bool open() const noexcept { return descriptor_ >= 0; }

private:
  int descriptor_;
};

std::string error_name(int number) {
  switch (number) {
    case ENOENT: return "enoent";
    case EACCES: return "eacces";
    case ENOSPC: return "enospc";
    case EISDIR: return "eisdir";
    case EROFS: return "erofs";
    default: return "errno " + std::to_string(number);
  }
}

std::tm local(std::int64_t seconds) {
  const auto t = static_cast<std::time_t>(seconds);
  std::tm parts{};
  ::localtime_r(&t, &parts);
  parts.tm_year += 1900;
  ++parts.tm_mon;
  return parts;
}

std::string joined(const std::tm& t, const char* day_from_time, const char* within_time) {
  const auto text = [](int n) { return std::to_string(n); };
  return text(t.tm_year) + '-' + text(t.tm_mon) + '-' + text(t.tm_mday) + day_from_time + text(t.tm_hour) +
         within_time + text(t.tm_min) + within_time + text(t.tm_sec);
}

} // namespace

bool data_files::valid_name(std::string_view name) {
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  };
  return name.size() > suffix.size() && name.size() <= longest_name && name.ends_with(suffix) &&
         name.front() != '.' && name.front() != '-' && std::all_of(name.begin(), name.end(), letter);
}

std::string data_files::export_name(std::int64_t seconds) {
  return "emqx-export-" + joined(local(seconds), "-", "-") + std::string(suffix);
}

std::string data_files::time_text(std::int64_t seconds) { return joined(local(seconds), " ", ":"); }

std::string data_files::free_name(std::int64_t seconds) const {
  const auto name = export_name(seconds);
  const auto stem = name.substr(0, name.size() - suffix.size());
  auto out = name;
  struct stat found {};
  for (int i = 2; ::lstat(full_path(out).c_str(), &found) == 0; ++i)
    out = stem + '-' + std::to_string(i) + std::string(suffix);
  return out;
}

std::string data_files::full_path(const std::string& name) const { return folder_ + '/' + name; }

std::string data_files::absolute_path(const std::string& name) const {
  std::error_code failed;
  const auto folder = fs::canonical(folder_, failed);
  return failed ? full_path(name) : (folder / name).string();
}

std::optional<data_files::entry> data_files::find(const std::string& name) const {
  struct stat found {};
  if (!valid_name(name) || ::lstat(full_path(name).c_str(), &found) != 0 || !S_ISREG(found.st_mode))
    return std::nullopt;
  return entry{name, static_cast<std::uint64_t>(found.st_size), found.st_mtim.tv_sec};
}

std::vector<data_files::entry> data_files::list() const {
  std::vector<entry> out;
  std::error_code failed;
  for (const auto& e : fs::directory_iterator(folder_, failed))
    if (auto found = find(e.path().filename().string()))
      out.push_back(std::move(*found));
  std::sort(out.begin(), out.end(), [](const entry& a, const entry& b) {
    return std::pair{a.created_at, a.name} < std::pair{b.created_at, b.name};
  });
  return out;
}

std::optional<std::string> data_files::read(const std::string& name, std::string& error) const {
  const reader from(full_path(name));
  struct stat found {};
  if (!from.open() || ::fstat(from.get(), &found) != 0) {
    error = error_name(errno);
    return std::nullopt;
  }
  if (!S_ISREG(found.st_mode) || static_cast<std::size_t>(found.st_size) > largest) {
    error = S_ISREG(found.st_mode) ? "efbig" : "einval";
    return std::nullopt;
  }
  std::string text(static_cast<std::size_t>(found.st_size), '\0');
  std::size_t done = 0;
  while (done < text.size()) {
    const auto n = ::read(from.get(), text.data() + done, text.size() - done);
    if (n == 0)
      break;
    if (n < 0 && errno != EINTR) {
      error = error_name(errno);
      return std::nullopt;
    }
    done += n < 0 ? 0 : static_cast<std::size_t>(n);
  }
  text.resize(done);
  return text;
}

bool data_files::write(const std::string& name, std::string_view text, std::string& error) const {
  if (text.size() > largest) {
    error = "efbig";
    return false;
  }
  std::error_code failed;
  fs::create_directories(folder_, failed);
  if (list().size() >= most_files) {
    error = "too_many_files";
    return false;
  }
  const int problem = replace_file(folder_, name, text);
  if (problem != 0)
    error = error_name(problem);
  return problem == 0;
}

bool data_files::remove(const std::string& name, std::string& error) const {
  if (::unlink(full_path(name).c_str()) == 0)
    return true;
  error = error_name(errno);
  return false;
}

} // namespace troupe

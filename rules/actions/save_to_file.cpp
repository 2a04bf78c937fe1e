// The action save_to_file, Troupe's own: a line of a file for each output. The file lies in a folder of its
// own in node.data_dir, so that nobody who may make rules can write elsewhere, and is bounded: full, it
// becomes the old one, which it replaces. Several actions may write to one file: each line is one write at
// its end, and only the one that holds the file's lock renames it.
#include "actions.hpp"
#include "troupe/rules/template.hpp"

#include <boost/json/string.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace troupe::rules {

namespace {

constexpr double usual_bytes = 100.0 * 1024 * 1024, least_bytes = 1024, most_bytes = 1e12;
constexpr std::string_view of_full_one = ".old"; // behind the name of the file that was full
constexpr int most_attempts = 16;                // to find a file that nobody else has filled meanwhile
constexpr int most_looks = 20;                   // for a lock, one a millisecond

bool valid_name(std::string_view name) {
  return !name.empty() && name.size() <= 200 && name.front() != '.' && !name.ends_with(of_full_one) &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
                  c == '_' || c == '-';
         });
}

// The lock of an open file while it lives: writers share it, and who must not see half of a write, or renames
// the file, has it alone.
class file_lock {
public:
  file_lock(int descriptor, int how, int looks) : descriptor_(descriptor) {
    for (int i = 0; !held_ && i < looks; ++i) {
      if (i > 0)
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
      held_ = ::flock(descriptor_, how | LOCK_NB) == 0;
    }
  }
  ~file_lock() {
    if (held_)
      ::flock(descriptor_, LOCK_UN);
  }
  file_lock(const file_lock&) = delete;
  file_lock& operator=(const file_lock&) = delete;

  bool held() const noexcept { return held_; }

private:
  int descriptor_;
  bool held_ = false;
};

class save_to_file final : public action {
public:
  save_to_file(std::filesystem::path file, std::string line, std::uintmax_t most)
      : file_(std::move(file)), line_(std::move(line)), most_(most) {}

  ~save_to_file() override { close(); }

  bool run(const row& data, occasion& o) override {
    std::string line;
    if (line_.empty())
      data.append_json(line);
    else
      line_.fill(line, data, o.memory);
    line += '\n';
    if (line.size() > most_) {
      o.error = "the line is too long";
      return false;
    }
    if (find_room(line.size()) && write(torn_ ? "\n" + line : line)) {
      torn_ = false;
      return true;
    }
    o.error = file_.string() + ": " + std::strerror(errno);
    close();
    return false;
  }

private:
  // Opens the file that has the name now, a new one where that is full.
  bool find_room(std::size_t bytes) {
    for (int i = 0; i < most_attempts; ++i) {
      if (!open())
        return false;
      struct stat named {};
      if (::stat(file_.c_str(), &named) != 0 || named.st_ino != inode_ || named.st_dev != device_)
        close(); // somebody has renamed it, or taken it away
      else if (static_cast<std::uintmax_t>(named.st_size) + bytes <= most_)
        return true;
      else if (!turn_over(named))
        return false;
    }
    errno = EAGAIN;
    return false;
  }

  bool open() {
    if (descriptor_ >= 0)
      return true;
    std::error_code failed;
    std::filesystem::create_directories(file_.parent_path(), failed);
    descriptor_ = ::open(file_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
    struct stat opened {};
    if (descriptor_ < 0 || ::fstat(descriptor_, &opened) != 0)
      return false;
    inode_ = opened.st_ino;
    device_ = opened.st_dev;
    torn_ = ends_torn() && ends_torn_for_good();
    return true;
  }

  bool ends_torn() const {
    struct stat now {};
    char last = '\n';
    return ::fstat(descriptor_, &now) == 0 && now.st_size > 0 &&
           ::pread(descriptor_, &last, 1, now.st_size - 1) == 1 && last != '\n';
  }

  // Not only because another's write is under way: the file grows by pages.
  bool ends_torn_for_good() {
    return alone([this] { return ends_torn(); });
  }

  // Other rules keep the lock for a write. Somebody outside of the broker may keep it for long, and is waited
  // for once, not for each line: the thread is not the rule's alone.
  template <class Work>
  bool alone(Work work) {
    const file_lock lock(descriptor_, LOCK_EX, patient_ ? most_looks : 1);
    patient_ = lock.held();
    return patient_ && work();
  }

  bool turn_over(const struct stat& full) {
    const bool good = rename_full(full);
    const auto why = errno;
    close();
    errno = why;
    return good;
  }

  // Whoever had the lock before may have renamed the file.
  bool rename_full(const struct stat& full) {
    return alone([&] {
      struct stat named {};
      const bool here = ::stat(file_.c_str(), &named) == 0 && named.st_ino == full.st_ino;
      return !here || std::rename(file_.c_str(), (file_.string() + std::string{of_full_one}).c_str()) == 0;
    });
  }

  // At once, but where the disk is full; and without the lock, if somebody has it alone: at worst the line is
  // the last one of a file that was renamed, or an empty one stands behind it.
  bool write(std::string_view text) {
    const file_lock with_others(descriptor_, LOCK_SH, 1);
    while (!text.empty()) {
      const auto n = ::write(descriptor_, text.data(), text.size());
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return false;
      text.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }

  void close() noexcept {
    if (descriptor_ >= 0)
      ::close(descriptor_);
    descriptor_ = -1;
  }

  std::filesystem::path file_;
  text_template line_;
  std::uintmax_t most_;
  int descriptor_ = -1; // negative: it is not open
  bool torn_ = false;   // its last line has no end: the disk was full
  bool patient_ = true; // it got the lock the last time that it wanted to be alone
  ino_t inode_ = 0;     // of the open file
  dev_t device_ = 0;
};

constexpr parameter parameters[] = {
    {.name = "file",
     .type = "string",
     .required = true,
     .heading = {"File", "文件"},
     .description =
         {"Its name, of letters, digits, '.', '_' and '-', in the folder rule_files of node.data_dir; "
          "not one that ends with .old",
          "文件名，位于 node.data_dir 的 rule_files 目录，不能以 .old 结尾"}},
    {.name = "payload_tmpl",
     .type = "string",
     .required = false,
     .default_json = R"("")",
     .heading = {"Payload Template", "消息内容模板"},
     .description = {"The template of a line; if it is empty, all selected fields in JSON format",
                     "每一行的模板，为空时写入 JSON 格式的所有字段"},
     .input = "textarea"},
    {.name = "max_bytes",
     .type = "number",
     .required = false,
     .default_json = "104857600",
     .heading = {"Max Bytes", "最大字节数"},
     .description = {"The file's size at most, 1024 to 10^12; then it is renamed to <file>.old",
                     "文件的最大大小，1024 到 10^12，之后重命名为 <file>.old"}},
};

std::variant<std::unique_ptr<action>, std::string> make(const boost::json::object& params,
                                                        const action_surroundings& around) {
  const auto& name = params.at("file").get_string();
  if (!valid_name({name.data(), name.size()}))
    return "{invalid_data_type,{file,file}}";
  const auto* line = params.if_contains("payload_tmpl");
  const auto* most = params.if_contains("max_bytes");
  const double bytes = most == nullptr ? usual_bytes : most->to_number<double>();
  if (!(bytes >= least_bytes && bytes <= most_bytes))
    return "{invalid_data_type,{max_bytes,number}}";
  return std::make_unique<save_to_file>(
      std::filesystem::path{around.folder} / std::string{name.data(), name.size()},
      line == nullptr ? std::string{} : std::string{line->get_string().data(), line->get_string().size()},
      static_cast<std::uintmax_t>(bytes));
}

} // namespace

const action_row save_to_file_row{"save_to_file",
                                  "emqx_rule_engine",
                                  "data_persist",
                                  {"Save Data to Local File", "保存数据到本地文件"},
                                  {"Append a line to a file of the node", "向节点的文件追加一行"},
                                  parameters,
                                  make};

} // namespace troupe::rules

#include "support/process.hpp"

#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <sstream>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace troupe::test {

child_process::child_process(const std::vector<std::string>& arguments, const std::filesystem::path& output) {
  std::vector<char*> argv;
  for (const auto& one : arguments)
    argv.push_back(const_cast<char*>(one.c_str()));
  argv.push_back(nullptr);
  const int out = ::open(output.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (out < 0)
    throw std::system_error{errno, std::generic_category(), output.string()};
  const pid_t parent = ::getpid();
  pid_ = ::fork();
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) // it ended before prctl
      ::_exit(127);
    ::dup2(out, STDOUT_FILENO);
    ::dup2(out, STDERR_FILENO);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  const int error = errno;
  ::close(out);
  if (pid_ < 0)
    throw std::system_error{error, std::generic_category(), "fork"};
}

child_process::~child_process() {
  if (running()) {
    signal(SIGKILL);
    wait(patience);
  }
}

bool child_process::running() { return !wait(milliseconds{0}); }

std::optional<int> child_process::wait(milliseconds within) {
  eventually(
      [this] {
        int status = 0;
        if (!status_ && ::waitpid(pid_, &status, WNOHANG) == pid_)
          status_ = WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
        return status_.has_value();
      },
      within);
  return status_;
}

void child_process::signal(int number) const {
  if (!status_)
    ::kill(pid_, number);
}

outcome run(const std::vector<std::string>& arguments, milliseconds within) {
  const temporary_folder folder;
  const auto output = folder.path() / "output";
  child_process child{arguments, output};
  const auto status = child.wait(within);
  if (!status)
    throw unexpected{arguments.front() + " does not end; its output: " + read_text(output)};
  return {*status, read_text(output)};
}

temporary_folder::temporary_folder() {
  std::string name = (std::filesystem::temp_directory_path() / "troupe-test-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr)
    throw std::system_error{errno, std::generic_category(), name};
  path_ = name;
}

temporary_folder::~temporary_folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string read_text(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream{file, std::ios::binary}.rdbuf();
  return text.str();
}

void write_text(const std::filesystem::path& file, std::string_view text) {
  std::ofstream out{file, std::ios::binary};
  out << text;
  if (!out.flush())
    throw unexpected{"cannot write " + file.string()};
}

} // namespace troupe::test

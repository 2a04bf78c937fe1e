// Child processes that cannot outlive the test.
#pragma once

#include "support/wait.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace troupe::test {

/// A running program. The kernel kills it when the thread that started it ends.
class child_process {
public:
  /// Starts `arguments` (the first is the program); its standard output and errors go to the file `output`.
  child_process(const std::vector<std::string>& arguments, const std::filesystem::path& output);
  child_process(const child_process&) = delete;
  child_process& operator=(const child_process&) = delete;
  ~child_process(); // kills it

  pid_t pid() const noexcept { return pid_; }
  bool running();

  /// Waits for the end: the exit status, the negated signal number that ended it, or nothing when it still
  /// runs.
  std::optional<int> wait(milliseconds within);

  void signal(int number) const;

private:
  pid_t pid_ = -1;
  std::optional<int> status_;
};

/// What a program that ended by itself left behind.
struct outcome {
  int status = 0;     // exit status, or the negated signal number
  std::string output; // standard output and errors
};

/// Runs a program to its end; throws `unexpected` and kills it when it does not end in time.
outcome run(const std::vector<std::string>& arguments, milliseconds within = patience);

/// A fresh folder below the system's temporary one, removed with all that it holds.
class temporary_folder {
public:
  temporary_folder();
  temporary_folder(const temporary_folder&) = delete;
  temporary_folder& operator=(const temporary_folder&) = delete;
  ~temporary_folder();

  const std::filesystem::path& path() const noexcept { return path_; }

private:
  std::filesystem::path path_;
};

std::string read_text(const std::filesystem::path& file);
void write_text(const std::filesystem::path& file, std::string_view text);

} // namespace troupe::test

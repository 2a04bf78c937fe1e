// Reads files of settings, of a bounded size.
#pragma once

#include <cstddef>
#include <string>

namespace troupe::config {

inline constexpr std::size_t longest_text = 16U << 20U; // bytes of a file of settings

enum class file_kind : bool {
  any,    // also a pipe, as /dev/stdin: reading may wait
  regular // reading never waits; others are refused unread
};

struct file_text {
  std::string text;
  std::string error; // begins with the path; empty: all of the file is in `text`
};

/// What a symbolic link leads to counts.
file_text read_text(const std::string& path, file_kind expected);

} // namespace troupe::config

// A file of settings or rules as a whole.
#pragma once

#include <cstddef>
#include <string>

namespace troupe {

struct text_file {
  bool there = false;
  std::string text;
  /// Why it cannot be read: it is no regular file, may not be read, or is too large.
  std::string error;
};

/// Reads a file of at most `most` bytes. Blocks; never throws but for want of memory.
text_file read_text_file(const std::string& path, std::size_t most = 16 * 1024 * 1024);

} // namespace troupe

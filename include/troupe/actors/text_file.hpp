// A file of settings or rules as a whole.
#pragma once

#include <cstddef>
#include <string>

namespace troupe {

struct text_file {
  bool there = false;
  std::string text;
  std::string
      error; // why it cannot be read: a folder, no permission, too large; empty: it was, or is not there
};

/// Reads a file of at most `most` bytes. Blocks; never throws but for want of memory.
text_file read_text_file(const std::string& path, std::size_t most = 16 * 1024 * 1024);

} // namespace troupe

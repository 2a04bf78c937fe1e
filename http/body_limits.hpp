// How large the bodies of requests may be.
#pragma once

#include "data_files.hpp"

#include <atomic>
#include <cstddef>
#include <string_view>

namespace troupe {

/// Bytes of a body; one that comes in chunks never has more.
inline constexpr std::size_t max_body = 1 << 20;

/// Bytes of an uploaded file's body, and of all bodies over `max_body` that a listener holds at a time. JSON
/// within JSON is twice as long at most, if it is written as exports are.
inline constexpr std::size_t max_upload = 2 * data_files::largest + max_body;

/// The bytes that the body of a request may have, by its path without a query string.
std::size_t largest_body(std::string_view method, std::string_view path);

/// What bodies over `max_body` take together. Many threads may use it.
class body_memory {
public:
  /// False: there is no room for so many bytes now.
  bool take(std::size_t bytes) noexcept;
  void give_back(std::size_t bytes) noexcept;

private:
  std::atomic<std::size_t> taken_{0};
};

} // namespace troupe

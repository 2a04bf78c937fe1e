// How large the bodies of requests may be.
#pragma once

#include "data_files.hpp"

#include <atomic>
#include <cstddef>
#include <memory>
#include <string_view>

namespace troupe {

/// Bytes of a body; one that comes in chunks never has more.
inline constexpr std::size_t max_body = 1 << 20;

/// Values and names of members in the JSON of a body; one of `max_body` bytes has no more. Beyond it the body
/// is bad JSON (400, code 109).
inline constexpr std::size_t most_values = 1'000'000;

/// Bytes of an uploaded file's body, and of all bodies over `max_body` that a listener holds at a time. JSON
/// within JSON is twice as long at most, if it is written as exports are.
inline constexpr std::size_t max_upload = 2 * data_files::largest + max_body;

/// The bytes that the body of a request may have, by its path without a query string.
std::size_t largest_body(std::string_view method, std::string_view path);

/// A part of the memory for large bodies, which is given back with its last copy.
using body_share = std::shared_ptr<const void>;

/// What bodies over `max_body` take together, `max_upload` bytes at most. Many threads may use it; shares may
/// outlive it.
class body_memory {
public:
  /// Null: there is no room for so many bytes now. Who is refused keeps out nobody else.
  body_share take(std::size_t bytes);

private:
  using counter = std::atomic<std::size_t>;

  std::shared_ptr<counter> taken_ = std::make_shared<counter>(0);
};

} // namespace troupe

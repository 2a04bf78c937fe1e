#include "body_limits.hpp"

namespace troupe {

std::size_t largest_body(std::string_view method, std::string_view path) {
  return method == "POST" && path == "/api/v4/data/file" ? max_upload : max_body;
}

body_share body_memory::take(std::size_t bytes) {
  auto taken = taken_->load();
  do {
    if (bytes > max_upload - taken)
      return nullptr;
  } while (!taken_->compare_exchange_weak(taken, taken + bytes));
  return {taken_.get(), [all = taken_, bytes](counter*) { *all -= bytes; }};
}

} // namespace troupe

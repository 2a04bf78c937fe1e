#include "body_limits.hpp"

namespace troupe {

std::size_t largest_body(std::string_view method, std::string_view path) {
  return method == "POST" && path == "/api/v4/data/file" ? max_upload : max_body;
}

bool body_memory::take(std::size_t bytes) noexcept {
  if (taken_.fetch_add(bytes) + bytes <= max_upload)
    return true;
  give_back(bytes);
  return false;
}

void body_memory::give_back(std::size_t bytes) noexcept { taken_ -= bytes; }

} // namespace troupe

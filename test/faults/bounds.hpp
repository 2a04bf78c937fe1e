// What the fault suites share: sizes, and how long they may run.
#pragma once

#include "support/broker.hpp"
#include "support/http.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace troupe::test {

inline constexpr std::size_t megabyte = 1024 * 1024;

/// TROUPE_LONG=1 in the environment: ten minutes instead of seconds.
inline bool long_run() { return std::getenv("TROUPE_LONG") != nullptr; }

/// Whether `before` has grown to `now` by less than `bound`. A sanitizer keeps freed memory, so it cannot
/// tell.
inline bool grew_less(std::size_t before, std::size_t now, std::size_t bound) {
#ifdef TROUPE_SANITIZED
  return before + now + bound > 0;
#else
  return now < before + bound;
#endif
}

/// A gauge of GET /api/v4/stats, such as `sessions.count`.
inline std::int64_t stat(const broker_process& broker, std::string_view name) {
  return number_in(http_get(broker.http_port(), "/api/v4/stats").body, name);
}

/// The broker's running actors.
inline std::int64_t actors(const broker_process& broker) {
  return number_in(http_get(broker.http_port(), "/api/v4/nodes/emqx@127.0.0.1").body, "process_used");
}

} // namespace troupe::test

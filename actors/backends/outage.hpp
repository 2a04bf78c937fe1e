// How pools that keep what they are asked go through an outage of their back end.
#pragma once

#include "troupe/actors/http_client.hpp"

#include <chrono>

namespace troupe {

inline constexpr std::chrono::seconds usual_keep_time{60};

/// Questions wait for the back end for `keep`, up to 10,000 of them and 64 MB; further ones fail. It is
/// looked after every 10 s as in EMQ X (reference/rule-engine.md section 11), and more often while it is
/// down.
inline void keep_through_outages(pool_settings& pool, std::chrono::milliseconds keep) {
  pool.keep = keep;
  pool.most_waiting = 10'000;
  pool.most_bytes = 64 * 1024 * 1024;
  pool.refresh = idle_probe;
  pool.first_probe = std::chrono::milliseconds{250};
  pool.last_probe = std::chrono::seconds{5};
}

} // namespace troupe

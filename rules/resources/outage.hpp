// How the resources that ask servers go through an outage of theirs.
#pragma once

#include "resource_config.hpp"
#include "troupe/actors/http_client.hpp"
#include "troupe/rules/parameter.hpp"

#include <chrono>

namespace troupe {

inline constexpr rules::parameter keep_time_parameter{
    .name = "keep_time",
    .type = "number",
    .required = false,
    .default_json = "60",
    .heading = {"Keep Time", "保留时间"},
    .description = {"How long a message waits at most, in seconds, while the server is down or busy; 0: it "
                    "fails at once when the server is down",
                    "服务器不可用或繁忙时消息的最长等待时间，单位秒；0 表示服务器不可用时立即失败"}};

/// Messages wait for the server as long as the parameter says, up to 10,000 of them and 64 MB; further ones
/// fail. It is looked after every 10 s as in EMQ X (reference/rule-engine.md section 11), and more often
/// while it is down.
inline void go_through_outages(pool_settings& pool, const boost::json::object& config) {
  constexpr std::int64_t usual = 60, most = 3'600;
  pool.keep = std::chrono::seconds{config_number(config, "keep_time", usual, most, 0)};
  pool.most_waiting = 10'000;
  pool.most_bytes = 64 * 1024 * 1024;
  pool.refresh = idle_probe;
  pool.first_probe = std::chrono::milliseconds{250};
  pool.last_probe = std::chrono::seconds{5};
}

} // namespace troupe

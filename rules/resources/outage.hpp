// How the resources that ask servers go through an outage of theirs.
#pragma once

#include "../../actors/backends/outage.hpp"
#include "resource_config.hpp"
#include "troupe/rules/parameter.hpp"

#include <chrono>

namespace troupe {

inline constexpr std::int64_t longest_keep_seconds = 3'600;

inline constexpr rules::parameter keep_time_parameter{
    .name = "keep_time",
    .type = "number",
    .required = false,
    .default_json = "60",
    .heading = {"Keep Time", "保留时间"},
    .description = {"How long a message waits at most, in seconds, while the server is down or busy; 0: it "
                    "fails at once when the server is down",
                    "服务器不可用或繁忙时消息的最长等待时间，单位秒；0 表示服务器不可用时立即失败"},
    .least = 0,
    .most = longest_keep_seconds};

/// Messages wait for the server as long as the parameter says.
inline void go_through_outages(pool_settings& pool, const boost::json::object& config) {
  constexpr std::int64_t usual = usual_keep_time.count();
  keep_through_outages(
      pool, std::chrono::seconds{config_number(config, "keep_time", usual, longest_keep_seconds, 0)});
}

} // namespace troupe

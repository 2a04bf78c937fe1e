// A session with its surroundings, driven by short calls that show what is sent as one line of text.
#pragma once

#include "troupe/mqtt/session.hpp"

#include <string>
#include <utility>
#include <vector>

namespace troupe::mqtt::test {

inline constexpr time_ms start = 1'000'000;
inline constexpr auto q0 = qos::at_most_once;
inline constexpr auto q1 = qos::at_least_once;
inline constexpr auto q2 = qos::exactly_once;

struct session_fixture {
  session_limits limits;
  counters metrics;
  session s{limits, metrics};
  time_ms now = start;

  static delivery make(const std::string& payload, qos level, std::uint32_t expiry = no_expiry) {
    message_parts parts;
    parts.topic = "t";
    parts.payload = payload;
    parts.timestamp = start;
    parts.expiry = expiry;
    delivery d;
    d.message = message::make(parts);
    d.level = level;
    return d;
  }

  // In one line: `3:text` is a PUBLISH with identifier 3, `3*:text` the same with DUP, `rel3` a PUBREL,
  // `rel3!` one with an error.
  static std::string shown(const std::vector<delivery>& batch) {
    std::string text;
    for (const auto& d : batch) {
      text += text.empty() ? "" : " ";
      if (d.type == packet_type::publish)
        text += std::to_string(d.packet_id) + (d.dup ? "*:" : ":") + std::string{d.message->payload()};
      else
        text += (d.type == packet_type::pubrel ? "rel" : "?") + std::to_string(d.packet_id) +
                (is_error(d.reason) ? "!" : "");
    }
    return text;
  }

  template <class Call>
  std::string sent(Call&& call) {
    std::vector<delivery> out;
    call(out);
    return shown(out);
  }
  std::string attach(std::uint16_t receive_maximum = 65535, protocol_version v = protocol_version::v311) {
    return sent([&](auto& out) { s.attach(v, receive_maximum, now, out); });
  }
  std::string deliver(std::vector<delivery> batch) {
    s.deliver(batch, now);
    return shown(batch);
  }
  std::string deliver(const std::string& payload, qos level) { return deliver({make(payload, level)}); }
  std::string writable(bool yes) {
    return sent([&](auto& out) { s.writable(yes, now, out); });
  }
  std::string puback(std::uint16_t id) {
    return sent([&](auto& out) { s.on_puback(id, reason_code::success, now, out); });
  }
  std::string pubrec(std::uint16_t id, reason_code reason = reason_code::success) {
    return sent([&](auto& out) { s.on_pubrec(id, reason, now, out); });
  }
  std::string pubcomp(std::uint16_t id) {
    return sent([&](auto& out) { s.on_pubcomp(id, reason_code::success, now, out); });
  }
  std::string tick() {
    return sent([&](auto& out) { s.tick(now, out); });
  }
  std::uint64_t count(metric m) const { return metrics[m]; }
};

} // namespace troupe::mqtt::test

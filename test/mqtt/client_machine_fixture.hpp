// A client of another broker, driven by short calls: what it sends is shown as text, what the server says is
// given as packets.
#pragma once

#include "packet_text.hpp"
#include "troupe/mqtt/client_machine.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::mqtt::test {

inline constexpr time_ms begin_time = 1'000'000;
inline constexpr auto c_v31 = protocol_version::v31;
inline constexpr auto c_v4 = protocol_version::v311;
inline constexpr auto c_v5 = protocol_version::v5;

inline message_ptr letter(std::string_view topic, std::string_view payload, bool retain = false) {
  message_parts parts;
  parts.topic = topic;
  parts.payload = payload;
  parts.retain = retain;
  parts.timestamp = begin_time;
  return message::make(parts);
}

inline packet acknowledge(packet_type type, std::uint16_t id, reason_code reason = reason_code::success) {
  ack a;
  a.type = type;
  a.packet_id = id;
  a.reason = reason;
  return a;
}

inline packet incoming(std::string_view topic, std::string_view payload, qos level, std::uint16_t id = 0) {
  publish p;
  p.topic = topic;
  p.payload = payload;
  p.level = level;
  p.packet_id = id;
  return p;
}

struct remote_fixture {
  client_settings settings;
  client_machine machine{settings};
  buffer out;
  client_machine::events happened;
  time_ms now = begin_time;

  remote_fixture() { settings.client_id = "b"; }

  // What the machine has sent, one packet after the other.
  std::string sent() {
    std::string text;
    const decode_options options{settings.version, 1'000'000, true};
    packet p;
    for (auto rest = out.view(); !rest.empty();) {
      const auto r = decode(rest, options, p);
      BOOST_REQUIRE_MESSAGE(r.status == decode_status::complete, r.detail);
      text += (text.empty() ? "" : " | ") + packet_text::of(p);
      rest.remove_prefix(r.size);
    }
    out.clear();
    return text;
  }

  std::string say(const packet& p) {
    buffer bytes;
    encode(p, settings.version, bytes);
    BOOST_TEST(machine.receive(bytes.view(), now, out, happened) == bytes.size());
    return sent();
  }

  std::string connect() {
    machine.connect(now, out);
    return sent();
  }

  std::string accept(bool present = false, property_view properties = {}) {
    connack c;
    c.session_present = present;
    c.properties = properties;
    return say(c);
  }

  void begin(client_settings with) {
    settings = std::move(with);
    machine = client_machine{settings};
    connect();
    accept();
  }
  void begin(protocol_version v = c_v4) {
    client_settings with;
    with.client_id = "b";
    with.version = v;
    begin(with);
  }

  std::string send(const message_ptr& m, qos level) {
    const bool waits = machine.send(m, level, now, out) == client_machine::sending::under_way;
    BOOST_TEST(waits == (level != qos::at_most_once));
    return sent();
  }

  std::string tick(time_ms later) {
    now += later;
    machine.tick(now, out, happened);
    return sent();
  }

  std::string take() {
    machine.taken(now, out);
    return sent();
  }

  // The payloads that have arrived since the last call.
  std::string arrived() {
    std::string text;
    for (const auto& m : happened.arrived)
      text.append(text.empty() ? "" : " ").append(m->topic()).append("=").append(m->payload());
    happened.arrived.clear();
    return text;
  }

  // The topics, cut, and sizes of the messages that were dropped since the last call, and why the last one
  // was.
  std::string dropped() {
    std::string text;
    for (const auto& d : happened.lost)
      text.append(text.empty() ? "" : " ").append(d.topic.substr(0, 8)).append("=") +=
          std::to_string(d.payload);
    if (!happened.lost.empty())
      text.append(": ").append(happened.lost.back().why);
    happened.lost.clear();
    return text;
  }
};

} // namespace troupe::mqtt::test

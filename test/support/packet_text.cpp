#include "support/packet_text.hpp"

#include <array>

namespace troupe::test {

namespace {

template <class... F>
struct overloaded : F... {
  using F::operator()...;
};

std::string reason_text(mqtt::reason_code reason) {
  return " reason " + std::string{mqtt::to_string(reason)};
}

} // namespace

mqtt::packet_type type_of(const mqtt::packet& p) {
  using type = mqtt::packet_type;
  return std::visit(overloaded{[](const mqtt::publish&) { return type::publish; },
                               [](const mqtt::ack& a) { return a.type; },
                               [](const mqtt::ping& a) { return a.type; },
                               [](const mqtt::connect&) { return type::connect; },
                               [](const mqtt::connack&) { return type::connack; },
                               [](const mqtt::subscribe&) { return type::subscribe; },
                               [](const mqtt::suback& a) { return a.type; },
                               [](const mqtt::unsubscribe&) { return type::unsubscribe; },
                               [](const mqtt::disconnect&) { return type::disconnect; },
                               [](const mqtt::auth&) { return type::auth; }},
                    p);
}

std::uint16_t packet_id_of(const mqtt::packet& p) {
  return std::visit(
      [](const auto& one) -> std::uint16_t {
        if constexpr (requires { one.packet_id; })
          return one.packet_id;
        else
          return 0;
      },
      p);
}

std::string describe(const mqtt::packet& p) {
  static constexpr std::array names{"",        "CONNECT",  "CONNACK",    "PUBLISH", "PUBACK",      "PUBREC",
                                    "PUBREL",  "PUBCOMP",  "SUBSCRIBE",  "SUBACK",  "UNSUBSCRIBE", "UNSUBACK",
                                    "PINGREQ", "PINGRESP", "DISCONNECT", "AUTH"};
  std::string text = names[static_cast<std::size_t>(type_of(p))];
  if (const auto id = packet_id_of(p); id != 0)
    text += " id " + std::to_string(id);
  if (const auto* m = std::get_if<mqtt::publish>(&p)) {
    text += " topic '" + std::string{m->topic} + "' payload '" + std::string{m->payload.substr(0, 60)} +
            "' qos " + std::to_string(static_cast<int>(m->level));
    text += m->dup ? " dup" : "";
    text += m->retain ? " retain" : "";
  }
  std::visit(
      [&](const auto& one) {
        if constexpr (requires { one.reason; })
          text += reason_text(one.reason);
        else if constexpr (requires { one.reasons; })
          for (const auto reason : one.reasons)
            text += reason_text(reason);
      },
      p);
  return text;
}

} // namespace troupe::test

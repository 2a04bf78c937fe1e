#include "troupe/actors/ban_record.hpp"

#include "troupe/mqtt/ip_network.hpp"

#include <string>
#include <string_view>

namespace troupe {

namespace json = boost::json;

namespace {

// Leaves `to` as it is when the member is missing. False when it has another type.
bool read_text(const json::object& from, std::string_view name, std::string& to) {
  const auto* text = from.if_contains(name);
  if (text && text->is_string())
    to = std::string{text->get_string()};
  return !text || text->is_string();
}

bool read_seconds(const json::object& from, std::string_view name, std::int64_t& to) {
  const auto* seconds = from.if_contains(name);
  if (!seconds || !seconds->is_int64())
    return false;
  to = seconds->get_int64();
  return true;
}

bool read_who(const json::object& from, mqtt::ban& b) {
  const auto* who = from.if_contains("who");
  if (!who || !who->is_object() || who->get_object().size() != 1)
    return false;
  const auto& member = *who->get_object().begin();
  const auto as = mqtt::parse_ban_kind({member.key().data(), member.key().size()});
  if (!as || !member.value().is_string())
    return false;
  b.as = *as;
  b.who = std::string{member.value().get_string()};
  return normalize(b.as, b.who);
}

} // namespace

json::object to_record(const mqtt::ban& b) {
  return {{"who", json::object{{std::string{to_string(b.as)}, b.who}}},
          {"by", b.by},
          {"reason", b.reason},
          {"at", b.at},
          {"until", b.until}};
}

std::optional<mqtt::ban> read_ban_record(const json::value& record) {
  const auto* o = record.if_object();
  mqtt::ban b;
  if (o && read_who(*o, b) && read_text(*o, "by", b.by) && read_text(*o, "reason", b.reason) &&
      read_seconds(*o, "at", b.at) && read_seconds(*o, "until", b.until))
    return b;
  return std::nullopt;
}

bool normalize(mqtt::ban_kind as, std::string& who) {
  if (as != mqtt::ban_kind::peerhost)
    return !who.empty();
  const auto address = mqtt::parse_ip(who);
  if (address)
    who = mqtt::to_string(*address);
  return address.has_value();
}

} // namespace troupe

#include "troupe/actors/alarm_record.hpp"

#include <string_view>

namespace troupe {

namespace json = boost::json;

namespace {

json::object details_json(const alarm_facts& details) {
  json::object out;
  for (const auto& [name, fact] : details)
    std::visit([&out, &key = name](const auto& value) { out[key] = value; }, fact);
  return out;
}

bool read_text(const json::object& from, std::string_view name, std::string& to) {
  const auto* text = from.if_contains(name);
  if (!text || !text->is_string())
    return false;
  to = std::string{text->get_string()};
  return true;
}

bool read_time(const json::object& from, std::string_view name, std::int64_t& to) {
  const auto* time = from.if_contains(name);
  if (!time || !time->is_int64())
    return false;
  to = time->get_int64();
  return true;
}

bool read_details(const json::object& from, alarm_facts& to) {
  const auto* details = from.if_contains("details");
  if (!details || !details->is_object())
    return false;
  for (const auto& member : details->get_object()) {
    const std::string name{member.key()};
    if (const auto* text = member.value().if_string())
      to.emplace_back(name, std::string{*text});
    else if (const auto* integer = member.value().if_int64())
      to.emplace_back(name, *integer);
    else if (const auto* number = member.value().if_double())
      to.emplace_back(name, *number);
    else
      return false;
  }
  return true;
}

} // namespace

json::object to_json(const alarm_record& alarm, std::int64_t now) {
  const bool active = alarm.deactivated_at == 0;
  return {{"name", alarm.name},
          {"message", alarm.message},
          {"details", details_json(alarm.details)},
          {"activated", active},
          {"activate_at", alarm.activated_at},
          {"deactivate_at", active ? json::value("infinity") : json::value(alarm.deactivated_at)},
          {"duration", (active ? now : alarm.deactivated_at) - alarm.activated_at}};
}

json::object to_record(const alarm_record& alarm) {
  return {{"id", alarm.id},
          {"desc", alarm.desc},
          {"name", alarm.name},
          {"message", alarm.message},
          {"details", details_json(alarm.details)},
          {"activate_at", alarm.activated_at},
          {"deactivate_at", alarm.deactivated_at}};
}

std::optional<alarm_record> read_alarm_record(const json::value& record) {
  const auto* o = record.if_object();
  alarm_record out;
  if (o && read_text(*o, "id", out.id) && read_text(*o, "desc", out.desc) &&
      read_text(*o, "name", out.name) && read_text(*o, "message", out.message) &&
      read_details(*o, out.details) && read_time(*o, "activate_at", out.activated_at) &&
      read_time(*o, "deactivate_at", out.deactivated_at))
    return out;
  return std::nullopt;
}

} // namespace troupe

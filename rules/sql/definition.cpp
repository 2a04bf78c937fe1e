#include "troupe/rules/definition.hpp"

#include "record_members.hpp"

#include <boost/json/array.hpp>
#include <boost/json/string.hpp>

namespace troupe::rules {

namespace json = boost::json;

namespace {

json::array to_records(const std::vector<action_definition>& actions) {
  json::array out;
  for (const auto& a : actions)
    out.push_back(json::object{
        {"id", a.id}, {"name", a.name}, {"args", a.params}, {"fallbacks", to_records(a.fallbacks)}});
  return out;
}

std::optional<std::vector<action_definition>> read_actions(const json::value* list) {
  std::vector<action_definition> out;
  if (list == nullptr || !list->is_array())
    return {};
  for (const auto& entry : list->get_array()) {
    const auto* o = entry.if_object();
    const auto* params = o == nullptr ? nullptr : o->if_contains("args");
    const auto id = o == nullptr ? std::nullopt : text_member(*o, "id");
    const auto name = o == nullptr ? std::nullopt : text_member(*o, "name");
    if (!id || !name || params == nullptr || !params->is_object())
      return {};
    action_definition a{*id, *name, params->get_object(), {}};
    if (const auto* given = o->if_contains("fallbacks"); given != nullptr) {
      auto fallbacks = read_actions(given);
      if (!fallbacks)
        return {};
      a.fallbacks = std::move(*fallbacks);
    }
    out.push_back(std::move(a));
  }
  return out;
}

} // namespace

json::object to_record(const definition& d) {
  return {{"id", d.id},
          {"rawsql", d.sql},
          {"actions", to_records(d.actions)},
          {"description", d.description},
          {"enabled", d.enabled},
          {"on_action_failed", d.stop_on_failure ? "stop" : "continue"},
          {"created_at", d.created_at}};
}

std::optional<definition> read_definition(const json::value& record) {
  const auto* o = record.if_object();
  if (o == nullptr)
    return {};
  const auto id = text_member(*o, "id"), sql = text_member(*o, "rawsql");
  auto actions = read_actions(o->if_contains("actions"));
  if (!id || !sql || !actions)
    return {};
  definition d;
  d.id = *id;
  d.sql = *sql;
  d.actions = std::move(*actions);
  d.description = text_member(*o, "description").value_or("");
  if (const auto* enabled = o->if_contains("enabled"); enabled != nullptr && enabled->is_bool())
    d.enabled = enabled->get_bool();
  d.stop_on_failure = text_member(*o, "on_action_failed") == "stop";
  if (const auto* at = o->if_contains("created_at"); at != nullptr && at->is_int64())
    d.created_at = at->get_int64();
  return d;
}

} // namespace troupe::rules

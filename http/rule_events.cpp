// The events that rules can be told of (reference/http-api.md section 13).
#include "call.hpp"
#include "endpoint.hpp"
#include "troupe/actors/time_text.hpp"
#include "troupe/rules/event_kind.hpp"

#include <boost/json/array.hpp>

namespace troupe {

namespace json = boost::json;

namespace {

json::object to_json(const rules::event_row& row, const std::string& node, mqtt::time_ms now) {
  auto columns = rules::sample_event(row.kind, node, now);
  json::object tested;
  for (const auto c : row.tested) {
    const auto name = rules::to_string(c);
    const json::string_view key{name.data(), name.size()};
    tested[key] = columns.at(key);
  }
  return {{"event", row.topic},
          {"title", rules::to_json(row.heading)},
          {"description", rules::to_json(row.heading)},
          {"test_columns", std::move(tested)},
          {"columns", std::move(columns)},
          {"sql_example", row.example}};
}

void list(const call_ptr& c) {
  const auto now = now_ms();
  json::array rows;
  for (const auto& row : rules::event_table())
    rows.push_back(to_json(row, c->where().node_name, now));
  c->reply(ok(std::move(rows)));
}

constexpr json_member event_members[] = {{"event", "string"},       {"title", "object"},
                                         {"description", "object"}, {"test_columns", "object"},
                                         {"columns", "object"},     {"sql_example", "string"}};
constexpr object_shape event_shape{"RuleEvent", event_members};

constexpr endpoint table[] = {
    engine_row("GET", "/rule_events/", "list_events", "List all events with detailed info", list,
               {.data = &event_shape, .many = true}),
};

} // namespace

std::span<const endpoint> rule_event_endpoints() { return table; }

} // namespace troupe

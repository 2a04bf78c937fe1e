#include "rule_test.hpp"

#include "troupe/actors/time_text.hpp"
#include "troupe/mqtt/topic.hpp"
#include "troupe/rules/event_kind.hpp"
#include "troupe/rules/json_event.hpp"
#include "troupe/rules/query.hpp"

#include <boost/json/object.hpp>

#include <algorithm>
#include <utility>

namespace troupe {

namespace json = boost::json;

namespace {

// The first entry of FROM says what the statement is tried on.
json::object sample(const std::vector<std::string>& from, const std::string& node) {
  auto kind = rules::event_kind::message_publish;
  const auto events = rules::events_of(from.front());
  for (const auto& row : rules::event_table())
    if (kind == rules::event_kind::message_publish && (events & rules::bit_of(row.kind)) != 0)
      kind = row.kind;
  return rules::sample_event(kind, node, now_ms());
}

answer bad_arguments(std::string_view what) {
  return failure(400, std::string{"Bad Arguments: "}.append(what));
}

// Rules may wait for what never happens, as in EMQ X; there is nothing to try them on.
const std::string* unknown_event(const std::vector<std::string>& topics) {
  const auto found = std::find_if(topics.begin(), topics.end(), [](const std::string& t) {
    return rules::names_events(t) && t != "$events/message_publish" && rules::events_of(t) == 0;
  });
  return found == topics.end() ? nullptr : &*found;
}

// Where one of them is an event, every topic is.
bool wanted(const std::vector<std::string>& topics, const json::object& context) {
  if (std::any_of(topics.begin(), topics.end(), rules::names_events))
    return true;
  const auto* given = context.if_contains("topic");
  if (given != nullptr && !given->is_string())
    return false;
  const auto topic = given == nullptr
                         ? std::string_view{} // as EMQ X has it, which "#" matches
                         : std::string_view{given->get_string().data(), given->get_string().size()};
  return std::any_of(topics.begin(), topics.end(), [&](const std::string& filter) {
    return mqtt::valid_topic_filter(filter) && mqtt::matches(filter, topic);
  });
}

// Written as actions write it: rules make texts that are no UTF-8.
std::string to_text(const rules::query& query, const rules::workspace& workspace) {
  std::string out;
  if (!query.foreach ()) {
    rules::query::output(workspace, 0).append_json(out);
    return out;
  }
  char separator = '[';
  for (std::size_t i = 0; i < rules::query::outputs(workspace); ++i) {
    out += std::exchange(separator, ',');
    rules::query::output(workspace, i).append_json(out);
  }
  return out += separator == '[' ? "[]" : "]";
}

} // namespace

answer test_rule(const std::string& sql, const json::value& context, const std::string& node) {
  const auto* given = context.if_object();
  if (given == nullptr)
    return bad_arguments("{invalid_ctx}");
  const auto parsed = rules::query::parse(sql);
  if (const auto* error = std::get_if<rules::sql_error>(&parsed))
    return bad_arguments("{parse_error," + to_string(*error) + "}");
  const auto& query = std::get<rules::query>(parsed);
  if (const auto* event = unknown_event(query.topics()))
    return bad_arguments("{unknown_event," + *event + "}");
  if (!wanted(query.topics(), *given))
    return failure(404, "SQL Not Match");
  auto members = sample(query.topics(), node);
  for (const auto& member : *given)
    members[member.key()] = member.value();
  const rules::json_event event{members};
  rules::workspace workspace;
  const auto verdict = query.run(event, workspace);
  if (verdict.what == rules::verdict::kind::failed)
    return bad_arguments(verdict.error);
  if (!verdict.matched())
    return failure(404, "SQL Not Match");
  return ok(raw_body{R"({"code":0,"data":)" + to_text(query, workspace) + '}', "application/json"});
}

} // namespace troupe

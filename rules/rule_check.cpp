#include "rule_check.hpp"

#include "actions/action_resource.hpp"
#include "troupe/actors/log.hpp"
#include "troupe/mqtt/topic.hpp"

#include <boost/json/string.hpp>

#include <string_view>
#include <utility>
#include <variant>

namespace troupe {

namespace {

// One that cannot be carried out, such as one whose resource waits for its files.
class failing_action final : public rules::action {
public:
  explicit failing_action(std::string why) : why_(std::move(why)) {}

  bool run(const rules::row& /*data*/, rules::occasion& o) override {
    o.error = why_;
    return false;
  }

private:
  std::string why_;
};

std::variant<std::unique_ptr<rules::action>, std::string>
try_to_make(const rules::action_definition& d, const rules::action_surroundings& around) {
  const auto* row = rules::find_action(d.name);
  if (row == nullptr)
    return "{action_not_found," + d.name + "}";
  if (auto error = rules::check_parameters(d.params, row->parameters); !error.empty())
    return error;
  return row->make(d.params, around);
}

} // namespace

std::string read_sources(const rules::definition& d, rule_sources& from) {
  const auto parsed = rules::query::parse(d.sql);
  if (const auto* error = std::get_if<rules::sql_error>(&parsed))
    return "{parse_error," + to_string(*error) + "}";
  from = {};
  from.topics = std::get<rules::query>(parsed).topics();
  for (const auto& topic : from.topics) {
    if (!mqtt::valid_topic_filter(topic))
      return "{invalid_topic," + topic + "}";
    if (!rules::names_events(topic))
      continue;
    const auto events = rules::events_of(topic);
    if (events == 0) // EMQ X takes it, too
      log::warning("[Rule] {} waits for {}, which never happens", d.id, log::printable(topic));
    from.events |= events;
  }
  return {};
}

std::string check_actions(const std::vector<rules::action_definition>& actions,
                          const rules::action_surroundings& around) {
  for (const auto& a : actions) {
    if (auto made = try_to_make(a, around); auto* error = std::get_if<std::string>(&made))
      return std::move(*error);
    if (auto error = check_actions(a.fallbacks, around); !error.empty())
      return error;
  }
  return {};
}

std::string check_rule(rules::definition& d, const put_rule& m, rule_sources& from,
                       const rules::action_surroundings& around) {
  if (auto error = read_sources(d, from); !error.empty())
    return error;
  if (!d.enabled && !m.actions)
    return {};
  auto error = check_actions(d.actions, around);
  if (m.how != put_mode::replace || !error.starts_with(rules::no_such_resource))
    return error;
  log::warning("[Rule] {} is imported disabled: {}", log::printable(d.id), log::printable(error));
  d.enabled = false;
  return {};
}

std::unique_ptr<rules::action> make_action(const rules::action_definition& d,
                                           const rules::action_surroundings& around) {
  auto made = try_to_make(d, around);
  if (auto* error = std::get_if<std::string>(&made))
    return std::make_unique<failing_action>(std::move(*error));
  return std::move(std::get<std::unique_ptr<rules::action>>(made));
}

resource_ptr resource_used_by(const rules::action_definition& d, const resource_map& resources) {
  const auto* id = d.params.if_contains("$resource");
  if (id == nullptr || !id->is_string())
    return nullptr;
  const auto known = resources.find(std::string_view{id->get_string().data(), id->get_string().size()});
  return known == resources.end() ? nullptr : known->second;
}

} // namespace troupe

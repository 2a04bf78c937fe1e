#include "rule_json.hpp"

#include "troupe/actors/rule_messages.hpp"

#include <boost/json/array.hpp>

#include <algorithm>

namespace troupe {

namespace json = boost::json;

namespace {

json::array actions_json(const std::vector<rules::action_definition>& actions, const rule_figures& figures,
                         const std::string& node) {
  json::array out;
  for (const auto& a : actions) {
    const auto counted = std::find_if(figures.actions.begin(), figures.actions.end(),
                                      [&](const action_figures& f) { return f.id == a.id; });
    const auto f = counted == figures.actions.end() ? action_figures{} : *counted;
    out.push_back(json::object{
        {"id", a.id},
        {"name", a.name},
        {"params", a.params},
        {"metrics", json::array{json::object{{"node", node}, {"success", f.success}, {"failed", f.failed}}}},
        {"fallbacks", actions_json(a.fallbacks, figures, node)}});
  }
  return out;
}

} // namespace

json::object to_json(const rule_row& row, const std::string& node) {
  const auto& rule = *row.rule;
  const auto& f = row.figures;
  json::array topics;
  for (const auto& topic : row.topics)
    topics.emplace_back(topic);
  const json::value speed_max =
      f.speed_max == 0 ? json::value(0) : json::value(f.speed_max); // as EMQ X has it
  const json::object metrics{{"node", node},
                             {"matched", f.matched},
                             {"failed", f.failed},
                             {"dropped", f.dropped},
                             {"speed", f.speed},
                             {"speed_max", speed_max},
                             {"speed_last5m", f.speed_last5m}};
  return {{"id", rule.id},
          {"rawsql", rule.sql},
          {"for", std::move(topics)},
          {"actions", actions_json(rule.actions, f, node)},
          {"metrics", json::array{metrics}},
          {"enabled", rule.enabled},
          {"description", rule.description},
          {"on_action_failed", rule.stop_on_failure ? "stop" : "continue"},
          {"created_at", rule.created_at}};
}

} // namespace troupe

#include "call.hpp"
#include "endpoint.hpp"
#include "troupe/actors/gather.hpp"
#include "troupe/actors/messages.hpp"

#include <boost/json/object.hpp>

#include <string_view>

namespace troupe {

namespace json = boost::json;

namespace {

bool of_rules(std::string_view name) {
  return name.starts_with("rules.") || name.starts_with("actions.") || name.starts_with("resources.");
}

// Some names are there only while emqx_rule_engine is loaded.
json::value stats_json(const stats_report& report, const plugin_flags& loaded) {
  const bool has_rules = loaded.loaded(plugin_kind::rule_engine);
  json::object out;
  for (const auto& [name, value] : report.values)
    if (has_rules || !of_rules(name))
      out[name] = value;
  return out;
}

void show_stats(const call_ptr& c) {
  c->self->request(c->where().metrics, gathered_request_timeout, stats_query{})
      .then([c](const stats_report& report) { c->reply(ok(stats_json(report, *c->where().loaded))); },
            [c](const caf::error&) { c->reply(timeout()); });
}

constexpr object_shape stats_shape{"Stats", {}, "integer"};

constexpr description of_stats{.data = &stats_shape};

constexpr endpoint table[] = {
    {"GET", "/stats/", "/nodes/:node/stats/", scope::grouped, "stats", "list_stats",
     "A list of stats of all nodes in the cluster", "lookup_node_stats", "A list of stats of a node",
     show_stats, of_stats},
};

} // namespace

std::span<const endpoint> stats_endpoints() { return table; }

} // namespace troupe

#include "call.hpp"
#include "endpoint.hpp"
#include "troupe/actors/gather.hpp"
#include "troupe/actors/messages.hpp"
#include "troupe/actors/web_hook_settings.hpp"

#include <boost/json/object.hpp>

#include <string>

namespace troupe {

namespace json = boost::json;

namespace {

bool of_rules(mqtt::metric m) {
  return m == mqtt::metric::rules_matched || m == mqtt::metric::actions_success ||
         m == mqtt::metric::actions_failure;
}

// Some names are there only while their plugin is.
json::value metrics_json(const metrics_report& report, const plugin_flags& loaded) {
  json::object out;
  out.reserve(mqtt::metric_count);
  const bool has_rules = loaded.loaded(plugin_kind::rule_engine);
  for (std::size_t i = 0; i < mqtt::shown_metrics(loaded.any_authenticator()); ++i) {
    const auto m = static_cast<mqtt::metric>(i);
    if (has_rules || !of_rules(m))
      out[mqtt::to_string(m)] = report.counters[m];
  }
  for (std::size_t i = 0; loaded.loaded(plugin_kind::web_hook) && i < web_hook_event_count; ++i)
    out[std::string{"webhook."} + web_hook_events[i].action] = report.web_hook_told[i];
  return out;
}

void show_metrics(const call_ptr& c) {
  c->self->request(c->where().metrics, gathered_request_timeout, metrics_query{})
      .then([c](const metrics_report& report) { c->reply(ok(metrics_json(report, *c->where().loaded))); },
            [c](const caf::error&) { c->reply(timeout()); });
}

constexpr object_shape metrics_shape{"Metrics", {}, "integer"};

constexpr description of_metrics{.data = &metrics_shape};

constexpr endpoint table[] = {
    {"GET", "/metrics", "/nodes/:node/metrics", scope::grouped, "metrics", "list_all_metrics",
     "A list of metrics of all nodes in the cluster", "list_node_metrics", "A list of metrics of a node",
     show_metrics, of_metrics},
};

} // namespace

std::span<const endpoint> metrics_endpoints() { return table; }

} // namespace troupe

#include "call.hpp"
#include "endpoint.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace troupe {

namespace json = boost::json;

namespace {

void list_endpoints(const call_ptr& c) {
  json::array rows;
  for (std::span<const endpoint> table : endpoint_tables())
    for (const endpoint& e : table) {
      if (!e.name)
        continue;
      rows.push_back(
          json::object{{"path", e.path}, {"name", e.name}, {"method", e.method}, {"descr", e.descr}});
      if (e.node_path)
        rows.push_back(json::object{
            {"path", e.node_path}, {"name", e.node_name}, {"method", e.method}, {"descr", e.node_descr}});
    }
  c->reply(ok(std::move(rows)));
}

constexpr endpoint table[] = {
    row("GET", "/", scope::local, nullptr, nullptr, list_endpoints),
};

} // namespace

std::span<const endpoint> root_endpoints() { return table; }

std::span<const std::span<const endpoint>> endpoint_tables() {
  static const std::span<const endpoint> tables[] = {
      auth_user_endpoints(),    auth_acl_endpoints(),      acl_rule_endpoints(),  rule_event_endpoints(),
      resource_endpoints(),     plugin_endpoints(),        alarm_endpoints(),     data_endpoints(),
      app_endpoints(),          broker_endpoints(),        acl_cache_endpoints(), client_limit_endpoints(),
      client_endpoints(),       listener_endpoints(),      log_endpoints(),       metrics_endpoints(),
      module_endpoints(),       node_endpoints(),          subscribe_endpoints(), publish_endpoints(),
      prometheus_endpoints(),   retainer_endpoints(),      route_endpoints(),     stats_endpoints(),
      subscription_endpoints(), topic_metrics_endpoints(), openapi_endpoints(),   banned_endpoints(),
      sasl_endpoints(),         telemetry_endpoints(),     root_endpoints(),      rule_action_endpoints(),
      rule_endpoints(),
  };
  return tables;
}

} // namespace troupe

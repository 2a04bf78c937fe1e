// Endpoint tables: a row and a function beside it make an endpoint.
#pragma once

#include "description.hpp"
#include "troupe/actors/plugin_flags.hpp"

#include <memory>
#include <optional>
#include <span>

namespace troupe {

class call;

/// Answers a call for this node alone, now or later, with one `call::reply`.
using endpoint_function = void (*)(const std::shared_ptr<call>&);

/// How the nodes' answers become the cluster's.
enum class scope {
  local,        // this node's answer is the answer
  listed,       // an array with each node's data
  concatenated, // each node's data is an array: one after the other
  grouped,      // [{"node": name, key: data}]
  anywhere,     // the first success
};

struct endpoint {
  const char* method;
  const char* path;      // `:name` stands for any one segment
  const char* node_path; // the same for the node `:node` only; null: there is no such form
  scope where;
  const char* key;  // of `grouped`
  const char* name; // in the list of endpoints; null: not listed
  const char* descr;
  const char* node_name;
  const char* node_descr;
  endpoint_function function;
  description about = {};
  std::optional<plugin_kind> plugin = {}; // whose it is: 404 unless that is loaded, but listed nevertheless
};

/// An endpoint without a form for one node.
constexpr endpoint row(const char* method, const char* path, scope where, const char* name, const char* descr,
                       endpoint_function function, description about = {},
                       std::optional<plugin_kind> plugin = {}) {
  return {method, path, nullptr, where, nullptr, name, descr, nullptr, nullptr, function, about, plugin};
}

/// An endpoint of emqx_rule_engine.
constexpr endpoint engine_row(const char* method, const char* path, const char* name, const char* descr,
                              endpoint_function function, description about = {}) {
  return row(method, path, scope::local, name, descr, function, about, plugin_kind::rule_engine);
}

std::span<const endpoint> acl_cache_endpoints();
std::span<const endpoint> acl_rule_endpoints();
std::span<const endpoint> alarm_endpoints();
std::span<const endpoint> app_endpoints();
std::span<const endpoint> auth_acl_endpoints();
std::span<const endpoint> auth_user_endpoints();
std::span<const endpoint> banned_endpoints();
std::span<const endpoint> broker_endpoints();
std::span<const endpoint> client_endpoints();
std::span<const endpoint> client_limit_endpoints();
std::span<const endpoint> data_endpoints();
std::span<const endpoint> listener_endpoints();
std::span<const endpoint> log_endpoints();
std::span<const endpoint> metrics_endpoints();
std::span<const endpoint> module_endpoints();
std::span<const endpoint> node_endpoints();
std::span<const endpoint> openapi_endpoints();
std::span<const endpoint> plugin_endpoints();
std::span<const endpoint> prometheus_endpoints();
std::span<const endpoint> publish_endpoints();
std::span<const endpoint> resource_endpoints();
std::span<const endpoint> retainer_endpoints();
std::span<const endpoint> root_endpoints();
std::span<const endpoint> route_endpoints();
std::span<const endpoint> rule_action_endpoints();
std::span<const endpoint> rule_endpoints();
std::span<const endpoint> rule_event_endpoints();
std::span<const endpoint> sasl_endpoints();
std::span<const endpoint> stats_endpoints();
std::span<const endpoint> subscribe_endpoints();
std::span<const endpoint> subscription_endpoints();
std::span<const endpoint> telemetry_endpoints();
std::span<const endpoint> topic_metrics_endpoints();

/// All tables, in the order of the list of endpoints.
std::span<const std::span<const endpoint>> endpoint_tables();

} // namespace troupe

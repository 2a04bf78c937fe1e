#include "call.hpp"
#include "endpoint.hpp"
#include "troupe/actors/gather.hpp"
#include "troupe/actors/messages.hpp"

#include <boost/json/object.hpp>

namespace troupe {

namespace json = boost::json;

namespace {

json::value metrics_json(const mqtt::counters& counters, bool authenticating) {
  json::object out;
  out.reserve(mqtt::metric_count);
  for (std::size_t i = 0; i < mqtt::shown_metrics(authenticating); ++i) {
    auto m = static_cast<mqtt::metric>(i);
    out[mqtt::to_string(m)] = counters[m];
  }
  return out;
}

void show_metrics(const call_ptr& c) {
  c->self->request(c->where().metrics, gathered_request_timeout, metrics_query{})
      .then(
          [c](const metrics_report& report) {
            c->reply(ok(metrics_json(report.counters, c->where().loaded->any_authenticator())));
          },
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

#include "call.hpp"
#include "endpoint.hpp"
#include "troupe/actors/gather.hpp"
#include "troupe/actors/messages.hpp"

#include <boost/json/object.hpp>

namespace troupe {

namespace json = boost::json;

namespace {

json::value stats_json(const stats_report& report) {
  json::object out;
  for (const auto& [name, value] : report.values)
    out[name] = value;
  return out;
}

void show_stats(const call_ptr& c) {
  c->self->request(c->where().metrics, gathered_request_timeout, stats_query{})
      .then([c](const stats_report& report) { c->reply(ok(stats_json(report))); },
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

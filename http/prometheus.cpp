// Figures for monitoring systems (reference/observability.md section 7): JSON, or Prometheus' text format
// 0.0.4.
#include "call.hpp"
#include "endpoint.hpp"
#include "troupe/actors/gather.hpp"
#include "troupe/actors/messages.hpp"

#include <boost/json/object.hpp>

#include <algorithm>
#include <prometheus/text_serializer.h>
#include <string>
#include <vector>

namespace troupe {

namespace json = boost::json;

namespace {

using prometheus::MetricType;

struct figure {
  std::string name; // as EMQ X has it: "emqx_packets_received"
  const char* group;
  MetricType type;
  std::uint64_t value;
};

std::string exported_name(std::string_view name) {
  if (name == "packets.connect.received")
    return "emqx_packets_connect"; // the one that EMQ X calls differently
  std::string out = "emqx_" + std::string(name);
  std::replace(out.begin(), out.end(), '.', '_');
  return out;
}

const char* group_of(std::string_view name) {
  struct prefix {
    std::string_view start;
    const char* group;
  };
  static constexpr prefix prefixes[] = {{"packets.", "packets"},   {"bytes.", "packets"},
                                        {"messages.", "messages"}, {"delivery.", "delivery"},
                                        {"client.", "client"},     {"session.", "session"}};
  for (const auto& p : prefixes)
    if (name.starts_with(p.start))
      return p.group;
  return "metrics";
}

bool is_gauge(mqtt::metric m) {
  return m == mqtt::metric::messages_retained || m == mqtt::metric::messages_delayed;
}

void add_counters(std::vector<figure>& to, const mqtt::counters& counters, bool authenticating) {
  for (std::size_t i = 0; i < mqtt::shown_metrics(authenticating); ++i) {
    const auto m = static_cast<mqtt::metric>(i);
    const auto name = mqtt::to_string(m);
    to.push_back({exported_name(name), group_of(name), is_gauge(m) ? MetricType::Gauge : MetricType::Counter,
                  counters[m]});
  }
}

void add_node(std::vector<figure>& to, const node_info& info) {
  to.push_back({"emqx_vm_total_memory", "metrics", MetricType::Gauge, info.memory_total});
  to.push_back({"emqx_vm_used_memory", "metrics", MetricType::Gauge, info.memory_used});
  to.push_back({"emqx_vm_process_used", "metrics", MetricType::Gauge, info.process_used});
  to.push_back({"emqx_uptime_seconds", "metrics", MetricType::Gauge, info.uptime_seconds});
}

answer as_json(const std::vector<figure>& figures) {
  json::object groups;
  for (const char* group : {"stats", "metrics", "packets", "messages", "delivery", "client", "session"})
    groups[group] = json::object{};
  for (const figure& f : figures)
    groups[f.group].as_object()[f.name] = f.value;
  return ok(json::value(std::move(groups)));
}

answer as_text(const std::vector<figure>& figures) {
  std::vector<prometheus::MetricFamily> families;
  for (const figure& f : figures) {
    prometheus::ClientMetric metric;
    (f.type == MetricType::Gauge ? metric.gauge.value : metric.counter.value) = static_cast<double>(f.value);
    families.push_back({f.name, {}, f.type, {metric}});
  }
  auto text = prometheus::TextSerializer{}.Serialize(families);
  return ok(raw_body{std::move(text), "text/plain; version=0.0.4; charset=utf-8"});
}

// The three sources, one after the other.
void collect(const call_ptr& c) {
  const bool text = c->args.text("type").value_or("json") == "prometheus";
  if (!c->args.wrong().empty())
    return c->reply(bad_parameter(c->args.wrong()));
  auto fail = [c](const caf::error&) { c->reply(timeout()); };
  auto figures = std::make_shared<std::vector<figure>>();
  c->self->request(c->where().metrics, gathered_request_timeout, stats_query{})
      .then(
          [=](const stats_report& stats) {
            for (const auto& [name, value] : stats.values)
              figures->push_back({exported_name(name), "stats", MetricType::Gauge, value});
            c->self->request(c->where().metrics, gathered_request_timeout, metrics_query{})
                .then(
                    [=](const metrics_report& report) {
                      add_counters(*figures, report.counters, c->where().loaded->any_authenticator());
                      c->self->request(c->where().monitor, request_timeout, node_query{})
                          .then(
                              [=](const node_info& info) {
                                add_node(*figures, info);
                                c->reply(text ? as_text(*figures) : as_json(*figures));
                              },
                              fail);
                    },
                    fail);
          },
          fail);
}

constexpr endpoint table[] = {
    {"GET",
     "/emqx_prometheus",
     nullptr,
     scope::local,
     nullptr,
     "stats",
     "Get emqx all stats info",
     nullptr,
     nullptr,
     collect,
     {},
     plugin_kind::prometheus},
    {"GET",
     "/emqx_statsd",
     nullptr,
     scope::local,
     nullptr,
     "stats_statsd",
     "Get emqx all stats info",
     nullptr,
     nullptr,
     collect,
     {},
     plugin_kind::prometheus},
};

} // namespace

std::span<const endpoint> prometheus_endpoints() { return table; }

} // namespace troupe

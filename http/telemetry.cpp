// What EMQ X 4.2 may report to its maker once a week (reference/http-api.md section 12). Troupe reports
// nothing to anybody: the status is off and stays off, and the data is here for those who ask.
#include "call.hpp"
#include "endpoint.hpp"
#include "troupe/actors/gather.hpp"
#include "troupe/actors/messages.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <memory>
#include <sys/utsname.h>

namespace troupe {

namespace json = boost::json;

namespace {

void show_status(const call_ptr& c) { c->reply(ok(json::object{{"enabled", false}})); }

void set_status(const call_ptr& c) {
  const auto enabled = c->args.boolean("enabled");
  if (!c->args.wrong().empty())
    return c->reply(bad_parameter(c->args.wrong()));
  if (!enabled)
    return c->reply(failure(body_code::missing_parameter, "enabled"));
  c->reply(*enabled ? failure(body_code::unknown, "not_supported") : ok());
}

template <class Rows>
json::array names_of_active(const Rows& rows) {
  json::array names;
  for (const auto& row : rows)
    if (row.active)
      names.emplace_back(row.name);
  return names;
}

void add_node(json::object& to, const node_info& info) {
  utsname os{};
  uname(&os);
  to["emqx_version"] = info.version;
  to["license"] = json::object{{"edition", "community"}};
  to["os_name"] = os.sysname;
  to["os_version"] = os.release;
  to["otp_version"] = info.otp_release;
  to["up_time"] = info.uptime_seconds;
  to["num_clients"] = info.connections;
}

// The four sources, one after the other.
void show_data(const call_ptr& c) {
  const auto data = std::make_shared<json::object>();
  const auto fail = [c](const caf::error&) { c->reply(timeout()); };
  const auto add_modules = [=](const module_page& modules) {
    (*data)["active_modules"] = names_of_active(modules.rows);
    c->reply(ok(std::move(*data)));
  };
  const auto add_plugins = [=](const plugin_page& plugins) {
    (*data)["active_plugins"] = names_of_active(plugins.rows);
    c->self->request(c->where().modules, request_timeout, module_query{}).then(add_modules, fail);
  };
  const auto add_counters = [=](const metrics_report& report) {
    (*data)["messages_received"] = report.counters[mqtt::metric::messages_received];
    (*data)["messages_sent"] = report.counters[mqtt::metric::messages_sent];
    c->self->request(c->where().plugins, request_timeout, plugin_query{}).then(add_plugins, fail);
  };
  c->self->request(c->where().monitor, request_timeout, node_query{})
      .then(
          [=](const node_info& info) {
            add_node(*data, info);
            c->self->request(c->where().metrics, gathered_request_timeout, metrics_query{})
                .then(add_counters, fail);
          },
          fail);
}

constexpr json_member status_members[] = {{"enabled", "boolean"}};
constexpr object_shape status_shape{"TelemetryStatus", status_members};
constexpr json_member data_members[] = {
    {"emqx_version", "string"},       {"license", "object"},        {"os_name", "string"},
    {"os_version", "string"},         {"otp_version", "string"},    {"up_time", "integer"},
    {"num_clients", "integer"},       {"active_plugins", "array"},  {"active_modules", "array"},
    {"messages_received", "integer"}, {"messages_sent", "integer"},
};
constexpr object_shape data_shape{"TelemetryData", data_members};

constexpr endpoint table[] = {
    row("PUT", "/telemetry/status", scope::local, "enable_telemetry", "Enable or disable telemetry",
        set_status, {.body = status_members}),
    row("GET", "/telemetry/status", scope::local, "get_telemetry_status", "Get telemetry status", show_status,
        {.data = &status_shape}),
    row("GET", "/telemetry/data", scope::local, "get_telemetry_data", "Get reported telemetry data",
        show_data, {.data = &data_shape}),
};

} // namespace

std::span<const endpoint> telemetry_endpoints() { return table; }

} // namespace troupe

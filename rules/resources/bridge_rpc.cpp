// The resource bridge_rpc: another Troupe node, by the link between the nodes. One link carries all, so that
// pool_size is checked and counts nothing.
#include "bridge_mqtt.hpp"
#include "bridge_parameters.hpp"
#include "resource_config.hpp"
#include "resources.hpp"
#include "troupe/actors/cluster_settings.hpp"

#include <boost/json/string.hpp>

namespace troupe {

namespace {

using rules::parameter;

constexpr std::int64_t largest_batch = 10'000; // messages
constexpr std::int64_t most_connections = 64;  // as bridge_mqtt has it; there is one

// The words are EMQ X's.
constexpr parameter rpc_parameters[] = {
    {.name = "address",
     .type = "string",
     .required = true,
     .default_json = R"("emqx2@127.0.0.1")",
     .heading = {"EMQ X Node Name", "EMQ X 节点名称"},
     .description = {"EMQ X Remote Node Name", "远程 EMQ X 节点名称"}},
    mount_point_parameter(R"("bridge/emqx/${node}/")"),
    {.name = "pool_size",
     .type = "number",
     .required = true,
     .default_json = "8",
     .heading = {"Pool Size", "连接池大小"},
     .description = {"MQTT/RPC Connection Pool Size", "连接池大小"},
     .least = 1,
     .most = most_connections},
    {.name = "reconnect_interval",
     .type = "string",
     .required = false,
     .default_json = R"("30s")",
     .heading = {"Reconnect Interval", "重连间隔"},
     .description = {"Reconnect Interval of bridge", "重连间隔"}},
    {.name = "batch_size",
     .type = "number",
     .required = false,
     .default_json = "32",
     .heading = {"Batch Size", "批处理大小"},
     .description = {"Batch Size", "批处理大小"},
     .least = 1,
     .most = largest_batch},
    disk_cache_parameter,
};

// The settings, or the first error in EMQ X's words.
std::variant<bridge_settings, std::string> read(const rules::resource_definition& d) {
  const auto node = parse_peer(config_text(d.config, "address"));
  if (!node)
    return "{invalid_data_type,{address,address}}";
  bridge_settings out;
  std::string error;
  out.name = d.id;
  out.type = d.type;
  out.peer = node->node;
  out.host = node->host;
  out.port = node->port;
  out.batch_size = static_cast<std::size_t>(config_number(d.config, "batch_size", 32, largest_batch));
  out.disk_cache = config_text(d.config, "disk_cache", "off") == "on";
  out.reconnect_interval = config_duration(d.config, "reconnect_interval", "30s", error);
  if (!error.empty())
    return error;
  return out;
}

// Without surroundings it is only checked.
std::variant<resource_ptr, std::string> make_bridge(const rules::resource_definition& d, caf::actor_system*,
                                                    const alarms_actor&) {
  auto settings = read(d);
  if (auto* error = std::get_if<std::string>(&settings))
    return std::move(*error);
  return std::make_shared<const bridge_mqtt>(d, bridge_actor{}, std::string{});
}

resource_ptr start_rpc_bridge(const rules::resource_definition& d, const resource_surroundings& with) {
  return start_bridge(d, std::get<bridge_settings>(read(d)), with);
}

} // namespace

const resource_row bridge_rpc_row{.name = "bridge_rpc",
                                  .provider = "emqx_bridge_mqtt",
                                  .heading = {"EMQX Bridge", "EMQX Bridge"},
                                  .description = {"EMQ X RPC Bridge", "EMQ X RPC 桥接"},
                                  .parameters = rpc_parameters,
                                  .make = make_bridge,
                                  .start = start_rpc_bridge};

} // namespace troupe

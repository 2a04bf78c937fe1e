#include "bridge_mqtt.hpp"

#include "bridge_parameters.hpp"
#include "resource_config.hpp"
#include "resources.hpp"
#include "troupe/access/url.hpp"
#include "troupe/mqtt/topic.hpp"

#include <boost/json/string.hpp>

#include <algorithm>

namespace troupe {

namespace json = boost::json;

namespace {

using rules::parameter;

constexpr std::int64_t most_bridge_connections = 64;
constexpr std::uint16_t mqtt_port = 1883;

// The words are EMQ X's, but for those of `verify`, which it has not. Its defaults are what a form proposes:
// one that is left out is none.
constexpr parameter bridge_parameters[] = {
    {.name = "address",
     .type = "string",
     .required = true,
     .default_json = R"("127.0.0.1:1883")",
     .heading = {"Broker Address", "远程 Broker 地址"},
     .description = {"The MQTT Remote Address", "远程 MQTT Broker 的地址"}},
    {.name = "pool_size",
     .type = "number",
     .required = true,
     .default_json = "8",
     .heading = {"Pool Size", "连接池大小"},
     .description = {"MQTT Connection Pool Size", "连接池大小"},
     .least = 1,
     .most = most_bridge_connections},
    {.name = "clientid",
     .type = "string",
     .required = false,
     .default_json = R"("client")",
     .heading = {"ClientId", "客户端 Id"},
     .description = {"ClientId for connecting to remote MQTT broker", "连接远程 Broker 的 ClientId"}},
    {.name = "append",
     .type = "boolean",
     .required = false,
     .default_json = "true",
     .heading = {"Append GUID", "附加 GUID"},
     .description = {"Append GUID to MQTT ClientId?", "是否将 GUID 附加到 MQTT ClientId 后"}},
    {.name = "username",
     .type = "string",
     .required = false,
     .default_json = R"("user")",
     .heading = {"Username", "用户名"},
     .description = {"Username for connecting to remote MQTT Broker", "连接远程 Broker 的用户名"}},
    {.name = "password",
     .type = "string",
     .required = false,
     .default_json = R"("passwd")",
     .heading = {"Password", "密码"},
     .description = {"Password for connecting to remote MQTT Broker", "连接远程 Broker 的密码"}},
    mount_point_parameter(R"("bridge/aws/${node}/")"),
    disk_cache_parameter,
    {.name = "proto_ver",
     .type = "string",
     .required = false,
     .default_json = R"("mqttv4")",
     .heading = {"Protocol Version", "协议版本"},
     .description = {"MQTT Protocol version", "MQTT 协议版本"},
     .choices_json = R"(["mqttv3","mqttv4","mqttv5"])"},
    {.name = "keepalive",
     .type = "string",
     .required = true,
     .default_json = R"("60s")",
     .heading = {"Keepalive", "心跳间隔"},
     .description = {"Keepalive", "心跳间隔"},
     .may_be_left_out = true},
    {.name = "reconnect_interval",
     .type = "string",
     .required = false,
     .default_json = R"("30s")",
     .heading = {"Reconnect Interval", "重连间隔"},
     .description = {"Reconnect interval of bridge", "重连间隔"}},
    {.name = "retry_interval",
     .type = "string",
     .required = false,
     .default_json = R"("20s")",
     .heading = {"Retry interval", "重传间隔"},
     .description = {"Retry interval for bridge QoS1 message delivering", "消息重传间隔"}},
    {.name = "bridge_mode",
     .type = "boolean",
     .required = false,
     .default_json = "true",
     .heading = {"Bridge Mode", "桥接模式"},
     .description = {"Bridge mode for MQTT bridge connection", "MQTT 连接是否为桥接模式"}},
    {.name = "ssl",
     .type = "string",
     .required = true,
     .default_json = R"("off")",
     .heading = {"Bridge SSL", "Bridge SSL"},
     .description = {"Switch which used to enable ssl connection of the bridge", "是否启用 Bridge SSL"},
     .choices_json = R"(["on","off"])",
     .may_be_left_out = true},
    {.name = "verify",
     .type = "boolean",
     .required = false,
     .default_json = "true",
     .heading = {"Verify Certificate", "验证证书"},
     .description = {"Whether the certificate of the broker must be valid and of its address",
                     "是否验证远程 Broker 的证书及其地址"}},
    {.name = "cacertfile",
     .type = "file",
     .required = false,
     .default_json = R"("")",
     .heading = {"CA certificates", "CA 证书"},
     .description = {"The file path of the CA certificates", "CA 证书路径"}},
    {.name = "certfile",
     .type = "file",
     .required = false,
     .default_json = R"("")",
     .heading = {"SSL Certfile", "SSL 客户端证书"},
     .description = {"The file path of the client certfile", "客户端证书路径"}},
    {.name = "keyfile",
     .type = "file",
     .required = false,
     .default_json = R"("")",
     .heading = {"SSL Keyfile", "SSL 密钥文件"},
     .description = {"The file path of the client keyfile", "客户端密钥路径"}},
    {.name = "ciphers",
     .type = "string",
     .required = false,
     .default_json = R"("")",
     .heading = {"SSL Ciphers", "SSL 加密算法"},
     .description = {"SSL Ciphers", "SSL 加密算法"}},
};

mqtt::protocol_version version_of(const std::string& name) {
  return name == "mqttv3"   ? mqtt::protocol_version::v31
         : name == "mqttv5" ? mqtt::protocol_version::v5
                            : mqtt::protocol_version::v311;
}

// Reads the configuration; its first error in EMQ X's words.
class bridge_config {
public:
  explicit bridge_config(const rules::resource_definition& d) : config_(d.config) {
    out_.name = d.id;
    out_.type = d.type;
    read();
  }

  const bridge_settings& settings() const noexcept { return out_; }
  const std::string& error() const noexcept { return error_; }

private:
  void read() {
    const auto at = access::parse_place(config_text(config_, "address"), mqtt_port);
    if (!at) {
      error_ = "{invalid_data_type,{address,address}}";
      return;
    }
    const auto mount_point = config_text(config_, "mountpoint");
    if (!mount_point.empty() && !mqtt::valid_topic_name(mount_point)) {
      error_ = "{invalid_data_type,{mountpoint,string}}";
      return;
    }
    out_.host = at->host;
    out_.port = at->port;
    out_.connections =
        static_cast<std::size_t>(config_number(config_, "pool_size", 8, most_bridge_connections));
    out_.random_client_id = config_flag(config_, "append", true);
    out_.disk_cache = switched_on("disk_cache");
    out_.reconnect_interval = duration("reconnect_interval", "30s");
    read_client();
    read_tls();
  }

  void read_client() {
    auto& c = out_.client;
    c.version = version_of(config_text(config_, "proto_ver", "mqttv4"));
    c.bridge = config_flag(config_, "bridge_mode", true);
    c.client_id = config_text(config_, "clientid", "client");
    c.username = config_text(config_, "username");
    c.password = config_text(config_, "password");
    constexpr std::int64_t most_seconds = 65'535;
    c.keep_alive = static_cast<std::uint16_t>(
        std::min<std::int64_t>(duration("keepalive", "60s").count() / 1000, most_seconds));
    c.retry_interval = duration("retry_interval", "20s").count();
  }

  void read_tls() {
    out_.ssl = switched_on("ssl");
    out_.tls.verify_peer = config_flag(config_, "verify", true);
    out_.tls.cacertfile = config_text(config_, "cacertfile");
    out_.tls.certfile = config_text(config_, "certfile");
    out_.tls.keyfile = config_text(config_, "keyfile");
    out_.ciphers = config_text(config_, "ciphers");
    if (const auto wrong = check_bridge_tls(out_); !wrong.empty() && error_.empty())
      error_ = "{bad_tls_options,<<\"" + wrong + "\">>}";
  }

  bool switched_on(const char* name) const { return config_text(config_, name, "off") == "on"; }

  std::chrono::milliseconds duration(const char* name, const char* otherwise) {
    return config_duration(config_, name, otherwise, error_);
  }

  const json::object& config_;
  bridge_settings out_;
  std::string error_;
};

// Without surroundings it is only checked.
std::variant<resource_ptr, std::string> make_bridge(const rules::resource_definition& d, caf::actor_system*,
                                                    const alarms_actor&) {
  if (auto error = bridge_config{d}.error(); !error.empty())
    return error;
  return std::make_shared<const bridge_mqtt>(d, bridge_actor{}, std::string{});
}

resource_ptr start_mqtt_bridge(const rules::resource_definition& d, const resource_surroundings& with) {
  return start_bridge(d, bridge_config{d}.settings(), with);
}

} // namespace

resource_ptr start_bridge(const rules::resource_definition& d, bridge_settings settings,
                          const resource_surroundings& with) {
  const bridge_surroundings around{with.system, with.loop, with.alarms, with.store, {}, with.cluster};
  std::function<void()> forget;
  if (around.store)
    forget = [around, id = d.id] { spawn_bridge_eraser(around, id); };
  return std::make_shared<const bridge_mqtt>(d, spawn_bridge(around, std::move(settings)),
                                             expand_node(config_text(d.config, "mountpoint"), with.node),
                                             std::move(forget));
}

const resource_row bridge_mqtt_row{.name = "bridge_mqtt",
                                   .provider = "emqx_bridge_mqtt",
                                   .heading = {"MQTT Bridge", "MQTT Bridge"},
                                   .description = {"MQTT Message Bridge", "MQTT 消息桥接"},
                                   .parameters = bridge_parameters,
                                   .make = make_bridge,
                                   .start = start_mqtt_bridge};

} // namespace troupe

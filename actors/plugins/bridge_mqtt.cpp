// emqx_bridge_mqtt: connects topics with those of other MQTT brokers or nodes (reference/plugins-modules.md
// section 14). What is published here goes there while it is loaded; what is subscribed there is published
// here. A bridge never sends back what it has brought, and in bridge mode the other broker does not send back
// what it got.
#include "plugin.hpp"
#include "plugin_sink.hpp"
#include "troupe/actors/bridge.hpp"
#include "troupe/actors/cluster.hpp"
#include "troupe/actors/config.hpp"
#include "troupe/actors/log.hpp"
#include "troupe/actors/rule_hold.hpp"
#include "troupe/mqtt/topic.hpp"

#include <caf/actor_system.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace troupe {

namespace {

constexpr const char* bridge_plugin_name = "emqx_bridge_mqtt";

struct running_bridge {
  std::string name;
  std::vector<std::string> forwards;
  std::string mount_point; // before their topics
  bridge_actor actor;
};

// What a batch of the shards has for one bridge.
std::vector<mqtt::message_ptr> messages_for(const running_bridge& b, const rule_messages& m) {
  std::vector<mqtt::message_ptr> out;
  for (const auto& item : m.items) {
    if (item.event)
      continue;
    const auto& message = *item.message;
    const bool brought = message.from() && message.from()->client_id == b.name;
    const auto matches = [&](const std::string& filter) { return mqtt::matches(filter, message.topic()); };
    if (brought || b.mount_point.size() + message.topic().size() > mqtt::longest_topic ||
        std::none_of(b.forwards.begin(), b.forwards.end(), matches))
      continue;
    const auto topic = b.mount_point + std::string{message.topic()};
    out.push_back(mqtt::message::make_copy(message, topic, message.timestamp()));
  }
  return out;
}

class bridges_sink final : public plugin_sink {
public:
  bridges_sink(caf::actor_config& c, std::vector<running_bridge> bridges, std::shared_ptr<rule_gauge> waiting,
               alarms_actor to)
      : plugin_sink(c, std::move(to), bridge_plugin_name),
        bridges_(std::move(bridges)),
        waiting_(std::move(waiting)) {}

  const char* name() const override { return "bridges"; }

  void on_exit() override {
    for (const auto& b : bridges_) {
      caf::anon_send_exit(b.actor, caf::exit_reason::user_shutdown);
      if (alarms()) // it may have crashed
        caf::anon_send(alarms(), clear_alarm{alarm_kind::plugin, b.name});
    }
    bridges_.clear();
  }

protected:
  void take(const rule_messages& m) override {
    const auto whole = std::make_shared<const rule_hold>(waiting_, m); // until every bridge has its part
    for (const auto& b : bridges_)
      if (auto part = messages_for(b, m); !part.empty()) // what it has no room for it counts itself
        request(b.actor, caf::infinite, forward_messages{std::move(part)})
            .then([whole](const messages_forwarded&) {}, [whole](const caf::error&) {});
  }

private:
  std::vector<running_bridge> bridges_;
  std::shared_ptr<rule_gauge> waiting_;
};

event_sink start_bridges(const sink_surroundings& around) {
  event_sink out;
  std::vector<running_bridge> bridges;
  const auto& node = around.config.node.name;
  for (const auto& [name, configured] : around.config.bridges) {
    if (!configured.starts) {
      log::info("[Bridge] {} is not started: its start_type is manual", configured.name);
      continue;
    }
    auto settings = configured;
    settings.client.mount_point = expand_node(settings.client.mount_point, node);
    if (!settings.forwards.empty())
      out.wants = rules::bit_of(rules::event_kind::message_publish);
    bridges.push_back({settings.name, settings.forwards, expand_node(settings.forward_mountpoint, node), {}});
    bridges.back().actor = spawn_bridge(
        {around.system, around.loop, around.alarms, around.store, around.routers, cluster_of(around.config)},
        settings);
  }
  out.actor = around.system.spawn<bridges_sink>(std::move(bridges), out.waiting, around.alarms);
  return out;
}

} // namespace

const plugin bridge_mqtt_plugin{.kind = plugin_kind::bridge_mqtt,
                                .name = bridge_plugin_name,
                                .type = plugin_type::bridge,
                                .description = "EMQ X Bridge to MQTT Broker",
                                .by_default = false,
                                .start = start_bridges};

} // namespace troupe

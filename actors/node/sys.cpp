#include "troupe/actors/sys.hpp"

#include "sys_figures.hpp"
#include "troupe/actors/config.hpp"
#include "troupe/actors/directory.hpp"
#include "troupe/actors/exceptions.hpp"
#include "troupe/actors/gather.hpp"
#include "troupe/actors/time_text.hpp"

#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <chrono>
#include <functional>
#include <malloc.h>

namespace troupe {

namespace {

using std::chrono::steady_clock;

std::uint64_t heap_in_use() {
  const struct mallinfo2 heap = mallinfo2();
  return heap.uordblks + heap.hblkhd;
}

class sys final : public resilient<sys_actor> {
public:
  sys(caf::actor_config& c, const directory& where, std::shared_ptr<const settings> config,
      std::shared_ptr<const node_gauges> gauges)
      : resilient<sys_actor>(c),
        routers_(where.routers),
        metrics_(where.metrics),
        monitor_(where.monitor),
        config_(std::move(config)),
        gauges_(std::move(gauges)),
        loaded_(where.loaded),
        brokers_("$SYS/brokers/" + where.node_name + '/') {}

  const char* name() const override { return "sys"; }

protected:
  behavior_type make_behavior() override {
    later(sys_heartbeat{}, config_->broker.sys_heartbeat);
    later(sys_interval{}, config_->broker.sys_interval);
    sample([this](const sys_sample& s) { publish_changes(s); });
    return {[this](const sys_heartbeat&) { beat(); }, [this](const sys_interval&) { publish_figures(); }};
  }

private:
  template <class Tick>
  void later(Tick tick, std::chrono::milliseconds delay) {
    delayed_send(caf::actor_cast<sys_actor>(ctrl()), delay, tick);
  }

  bool anybody_listens() const noexcept { return gauges_->system_subscriptions.value() > 0; }

  void beat() {
    later(sys_heartbeat{}, config_->broker.sys_heartbeat);
    if (!anybody_listens())
      return;
    request(monitor_, request_timeout, node_query{})
        .then(
            [this](const node_info& info) {
              publish(brokers_ + "uptime", uptime_text(info.uptime_seconds), false);
              publish(brokers_ + "datetime", local_time_text(now_ms()), false);
            },
            [](const caf::error&) {}); // the next beat comes
  }

  void publish_figures() {
    later(sys_interval{}, config_->broker.sys_interval);
    publish("$SYS/brokers", config_->node.name, true);
    publish(brokers_ + "version", TROUPE_VERSION, true);
    publish(brokers_ + "sysdescr", config_->broker.sysdescr, true);
    sample([this](const sys_sample& s) {
      publish_changes(s);
      if (!anybody_listens())
        return;
      for (const auto& v : emqx_figures(s))
        publish(brokers_ + v.topic, v.text, false);
    });
  }

  void publish_changes(const sys_sample& s) {
    const auto now = steady_clock::now();
    const std::chrono::duration<double> since = now - std::exchange(sampled_at_, now);
    for (const auto& v : mosquitto_.changes(s, since.count()))
      publish(v.topic, v.text, true);
  }

  // Calls `use` with the figures of this moment, unless somebody stays silent: then the next one comes.
  void sample(const std::function<void(const sys_sample&)>& use) {
    auto s = std::make_shared<sys_sample>();
    s->sockets = gauges_->accepted.load(std::memory_order_relaxed);
    s->heap = heap_in_use();
    request(metrics_, gathered_request_timeout, metrics_query{})
        .then(
            [this, s, use](const metrics_report& report) {
              s->counters = report.counters;
              s->authenticating = loaded_->any_authenticator();
              sample_stats(s, use);
            },
            [](const caf::error&) {});
  }

  void sample_stats(const std::shared_ptr<sys_sample>& s, const std::function<void(const sys_sample&)>& use) {
    request(metrics_, gathered_request_timeout, stats_query{})
        .then(
            [this, s, use](const stats_report& report) {
              s->stats = report.values;
              sample_node(s, use);
            },
            [](const caf::error&) {});
  }

  void sample_node(const std::shared_ptr<sys_sample>& s, const std::function<void(const sys_sample&)>& use) {
    request(monitor_, request_timeout, node_query{})
        .then(
            [this, s, use](const node_info& info) {
              s->node = info;
              gather<stored_figures>(this, routers_, stored_query{},
                                     [s, use](const std::vector<stored_figures>& shards) {
                                       for (const auto& f : shards)
                                         s->stored += f.messages;
                                       use(*s);
                                     });
            },
            [](const caf::error&) {});
  }

  void publish(const std::string& topic, const std::string& text, bool retain) {
    mqtt::message_parts parts;
    parts.topic = topic;
    parts.payload = text;
    parts.timestamp = now_ms();
    parts.retain = retain;
    parts.system = true;
    caf::anon_send(routers_.front(), publish_request{mqtt::message::make(parts)});
  }

  std::vector<router_actor> routers_;
  metrics_actor metrics_;
  monitor_actor monitor_;
  std::shared_ptr<const settings> config_;
  std::shared_ptr<const node_gauges> gauges_;
  std::shared_ptr<const plugin_flags> loaded_;
  std::string brokers_; // "$SYS/brokers/<node>/"
  mosquitto_figures mosquitto_;
  steady_clock::time_point sampled_at_ = steady_clock::now();
};

} // namespace

sys_actor spawn_sys(caf::actor_system& system, const directory& where, std::shared_ptr<const settings> config,
                    std::shared_ptr<const node_gauges> gauges) {
  return system.spawn<sys>(where, std::move(config), std::move(gauges));
}

} // namespace troupe

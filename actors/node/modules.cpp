#include "troupe/actors/modules.hpp"

#include "troupe/actors/config.hpp"
#include "troupe/actors/gather.hpp"
#include "troupe/actors/log.hpp"
#include "troupe/actors/messages.hpp"
#include "troupe/mqtt/topic_hooks.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <algorithm>
#include <array>

namespace troupe {

namespace {

/// In the order in which EMQ X lists them (reference/live-4.2.md).
enum listed_module : std::size_t { delayed, topic_metrics, subscription, rewrite, presence, module_count };

struct module_text {
  std::string_view name, description;
};

constexpr std::array<module_text, module_count> texts{{
    {"emqx_mod_delayed", "EMQ X Delayed Publish Module"},
    {"emqx_mod_topic_metrics", "EMQ X Topic Metrics Module"},
    {"emqx_mod_subscription", "EMQ X Subscription Module"},
    {"emqx_mod_rewrite", "EMQ X Topic Rewrite Module"},
    {"emqx_mod_presence", "EMQ X Presence Module"},
}};

class modules final : public modules_actor::base {
public:
  modules(caf::actor_config& c, std::vector<router_actor> routers, topic_metrics_actor topics,
          std::array<bool, module_count> active, bool rewrites)
      : modules_actor::base(c),
        routers_(std::move(routers)),
        topics_(std::move(topics)),
        active_(active),
        rewrites_(rewrites) {}

  const char* name() const override { return "modules"; }

protected:
  behavior_type make_behavior() override {
    return {[this](const module_query&) { return list(); },
            [this](const switch_module& m) { return change(m); }};
  }

private:
  module_page list() const {
    module_page page;
    for (std::size_t i = 0; i < module_count; ++i)
      page.rows.push_back({std::string{texts[i].name}, std::string{texts[i].description}, active_[i]});
    return page;
  }

  caf::result<outcome> change(const switch_module& m) {
    const auto found =
        std::find_if(texts.begin(), texts.end(), [&](const module_text& t) { return t.name == m.name; });
    if (found == texts.end())
      return outcome{112, "not_found"};
    const auto which = static_cast<listed_module>(found - texts.begin());
    if (active_[which] == m.load)
      return m.load ? outcome{110, "already_started"} : outcome{111, "not_started"};
    active_[which] = m.load;
    log::info("[Modules] {} has been {}", m.name, m.load ? "loaded" : "unloaded");
    return which == topic_metrics ? tell_topic_metrics(m.load) : tell_shards();
  }

  caf::result<outcome> tell_topic_metrics(bool loaded) {
    auto promise = make_response_promise<outcome>();
    request(topics_, gathered_request_timeout, load_topic_metrics{loaded})
        .then([promise](const outcome& o) mutable { promise.deliver(o); },
              [promise](caf::error& e) mutable { promise.deliver(std::move(e)); });
    return promise;
  }

  caf::result<outcome> tell_shards() {
    auto promise = make_response_promise<outcome>();
    switch_features what;
    if (active_[rewrite] && rewrites_)
      what.hooks |= mqtt::hook_rewrite;
    if (active_[delayed])
      what.hooks |= mqtt::hook_delayed;
    what.presence = active_[presence];
    what.subscription = active_[subscription];
    gather<switched>(this, routers_, what,
                     [promise](const std::vector<switched>&) mutable { promise.deliver(outcome{}); });
    return promise;
  }

  std::vector<router_actor> routers_;
  topic_metrics_actor topics_;
  std::array<bool, module_count> active_;
  bool rewrites_;
};

} // namespace

modules_actor spawn_modules(caf::actor_system& system, std::vector<router_actor> routers,
                            topic_metrics_actor topic_metrics_handle, const settings& config, bool rewrites) {
  std::array<bool, module_count> active{};
  active[delayed] = config.modules.delayed;
  active[topic_metrics] = config.modules.topic_metrics;
  active[subscription] = config.modules.subscription && !config.auto_subscriptions.empty();
  active[rewrite] = config.modules.rewrite && rewrites;
  active[presence] = config.presence.enabled;
  return system.spawn<modules>(std::move(routers), std::move(topic_metrics_handle), active, rewrites);
}

} // namespace troupe

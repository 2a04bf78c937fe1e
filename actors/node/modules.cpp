#include "troupe/actors/modules.hpp"

#include "module_states.hpp"
#include "troupe/actors/gather.hpp"
#include "troupe/actors/log.hpp"
#include "troupe/actors/messages.hpp"
#include "troupe/actors/module_record.hpp"

#include <boost/json/serialize.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace troupe {

namespace {

class modules final : public modules_actor::base {
public:
  modules(caf::actor_config& c, std::vector<router_actor> routers, topic_metrics_actor topics,
          const module_states& states, store_actor store)
      : modules_actor::base(c),
        routers_(std::move(routers)),
        topics_(std::move(topics)),
        states_(states),
        store_(std::move(store)) {}

  const char* name() const override { return "modules"; }

protected:
  behavior_type make_behavior() override {
    return {[this](const module_query&) { return states_.page(); },
            [this](const switch_module& m) { return change(m); }};
  }

private:
  caf::result<outcome> change(const switch_module& m) {
    const auto which = find_module(m.name);
    if (!which)
      return outcome{112, "not_found"};
    if (states_.active(*which) == m.load)
      return m.load ? outcome{110, "already_started"} : outcome{111, "not_started"};
    auto promise = make_response_promise<outcome>();
    store_change row{store_kind::modules, m.name, boost::json::serialize(to_record(m.name, m.load))};
    // Nothing else is answered before: two switches of a module cannot cross.
    request(store_, request_timeout, store_write{{std::move(row)}})
        .await(
            [this, promise, which = *which, load = m.load](const store_written& w) mutable {
              if (w.status.ok())
                carry_out(which, load, promise);
              else
                promise.deliver(outcome{102, w.status.text});
            },
            [promise](const caf::error&) mutable {
              promise.deliver(outcome{102, "the store does not answer"});
            });
    return promise;
  }

  void carry_out(module_kind which, bool load, caf::typed_response_promise<outcome> promise) {
    states_.set(which, load);
    log::info("[Modules] {} has been {}", to_string(which), load ? "loaded" : "unloaded");
    if (which == module_kind::topic_metrics)
      request(topics_, gathered_request_timeout, load_topic_metrics{load})
          .then([promise](const outcome& o) mutable { promise.deliver(o); },
                [promise](caf::error& e) mutable { promise.deliver(std::move(e)); });
    else
      gather<switched>(this, routers_, states_.features(),
                       [promise](const std::vector<switched>&) mutable { promise.deliver(outcome{}); });
  }

  std::vector<router_actor> routers_;
  topic_metrics_actor topics_;
  module_states states_;
  store_actor store_;
};

} // namespace

modules_actor spawn_modules(caf::actor_system& system, std::vector<router_actor> routers,
                            topic_metrics_actor topic_metrics, const module_states& states,
                            store_actor store) {
  return system.spawn<modules>(std::move(routers), std::move(topic_metrics), states, std::move(store));
}

} // namespace troupe

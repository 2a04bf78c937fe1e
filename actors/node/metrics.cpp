#include "troupe/actors/metrics.hpp"

#include "troupe/actors/exceptions.hpp"
#include "troupe/actors/gather.hpp"
#include "troupe/actors/messages.hpp"
#include "troupe/actors/rule_action.hpp"
#include "troupe/actors/rule_messages.hpp"

#include <caf/typed_event_based_actor.hpp>

namespace troupe {

namespace {

class metrics final : public resilient<metrics_actor> {
public:
  metrics(caf::actor_config& c, std::vector<router_actor> routers, route_table_actor routes,
          retainer_actor retainer, rules_actor rules, std::shared_ptr<const node_gauges> gauges)
      : resilient<metrics_actor>(c),
        routers_(std::move(routers)),
        routes_(std::move(routes)),
        retainer_(std::move(retainer)),
        rules_(std::move(rules)),
        gauges_(std::move(gauges)) {}

  const char* name() const override { return "metrics"; }

protected:
  behavior_type make_behavior() override {
    return {[this](const metrics_query&) { return count(); },
            [this](const stats_query&) { return measure(); }};
  }

private:
  caf::typed_response_promise<metrics_report> count() {
    auto promise = make_response_promise<metrics_report>();
    gather<shard_figures>(
        this, routers_, counters_query{}, [this, promise](const std::vector<shard_figures>& shards) mutable {
          if (shards.size() < routers_.size()) { // counters that fall would be taken for a restart
            promise.deliver(caf::error{caf::sec::request_timeout});
            return;
          }
          metrics_report report;
          for (const shard_figures& s : shards)
            report.counters += s.counters;
          report.counters.add(mqtt::metric::messages_delayed, gauges_->delayed.value());
          report.counters.add(mqtt::metric::rules_matched, gauges_->rules_matched.load());
          report.counters.add(mqtt::metric::actions_success, gauges_->actions_success.load());
          report.counters.add(mqtt::metric::actions_failure, gauges_->actions_failure.load());
          std::copy(gauges_->web_hook_told.begin(), gauges_->web_hook_told.end(),
                    report.web_hook_told.begin());
          add_retained(std::move(report), std::move(promise));
        });
    return promise;
  }

  // messages.retained is a gauge of the retainer among the counters.
  void add_retained(metrics_report report, caf::typed_response_promise<metrics_report> promise) {
    request(retainer_, request_timeout, retained_figures_query{})
        .then(
            [report, promise](const retained_figures& retained) mutable {
              report.counters.add(mqtt::metric::messages_retained, retained.messages);
              promise.deliver(std::move(report));
            },
            [promise](caf::error& e) mutable { promise.deliver(std::move(e)); });
  }

  caf::typed_response_promise<stats_report> measure() {
    auto promise = make_response_promise<stats_report>();
    request(routes_, request_timeout, route_figures_query{})
        .then(
            [this, promise](const route_figures& routes) mutable {
              request(retainer_, request_timeout, retained_figures_query{})
                  .then(
                      [this, promise, routes](const retained_figures& retained) mutable {
                        add_rules(stats(routes, retained), promise);
                      },
                      [promise](caf::error& e) mutable { promise.deliver(std::move(e)); });
            },
            [promise](caf::error& e) mutable { promise.deliver(std::move(e)); });
    return promise;
  }

  void add_rules(stats_report report, caf::typed_response_promise<stats_report> promise) {
    request(rules_, request_timeout, rule_count_query{})
        .then(
            [report, promise](const rule_count& c) mutable {
              report.values["rules.count"] = c.rules;
              report.values["rules.max"] = c.rules_max;
              report.values["resources.count"] = c.resources;
              report.values["resources.max"] = c.resources_max;
              promise.deliver(std::move(report));
            },
            [promise](caf::error& e) mutable { promise.deliver(std::move(e)); });
  }

  stats_report stats(const route_figures& routes, const retained_figures& retained) const {
    stats_report out;
    auto set = [&out](const std::string& name, std::uint64_t now, std::uint64_t max) {
      out.values[name + ".count"] = now;
      out.values[name + ".max"] = max;
    };
    set("connections", gauges_->connections.value(), gauges_->connections.max());
    // Every client id has one session, so channels are sessions, as in the document.
    set("channels", gauges_->sessions.value(), gauges_->sessions.max());
    set("sessions", gauges_->sessions.value(), gauges_->sessions.max());
    set("topics", routes.routes, routes.routes_max);
    set("routes", routes.routes, routes.routes_max);
    set("suboptions", routes.subscriptions, routes.subscriptions_max);
    set("subscriptions", routes.subscriptions, routes.subscriptions_max);
    set("subscriptions.shared", routes.shared_subscriptions, routes.shared_subscriptions_max);
    set("subscribers", routes.subscribers, routes.subscribers_max);
    set("retained", retained.messages, retained.messages_max);
    const auto actions = rules::action_table().size(); // kinds of them, as with EMQ X
    set("actions", actions, actions);
    return out;
  }

  std::vector<router_actor> routers_;
  route_table_actor routes_;
  retainer_actor retainer_;
  rules_actor rules_;
  std::shared_ptr<const node_gauges> gauges_;
};

} // namespace

metrics_actor spawn_metrics(caf::actor_system& system, std::vector<router_actor> routers,
                            route_table_actor routes, retainer_actor retainer, rules_actor rules,
                            std::shared_ptr<const node_gauges> gauges) {
  return system.spawn<metrics>(std::move(routers), std::move(routes), std::move(retainer), std::move(rules),
                               std::move(gauges));
}

} // namespace troupe

// emqx_web_hook: tells an HTTP server what clients do (reference/plugins-modules.md section 13). Events of
// one client go one after the other, those of others beside them. While the server is down or slow, events
// wait up to the bound of sink_messages.hpp, which counts for all lanes together, and as long as web hooks of
// rules do; what comes beyond, or has waited for too long, is counted and told in the log.
#include "../backends/outage.hpp"
#include "plugin.hpp"
#include "plugin_sink.hpp"
#include "troupe/access/url.hpp"
#include "troupe/actors/config.hpp"
#include "troupe/actors/gauges.hpp"
#include "troupe/actors/http_client.hpp"
#include "troupe/actors/log.hpp"
#include "troupe/actors/log_limiter.hpp"
#include "troupe/actors/rule_hold.hpp"
#include "troupe/actors/time_text.hpp"
#include "troupe/mqtt/topic.hpp"
#include "web_hook_body.hpp"
#include "web_hook_lanes.hpp"

#include <caf/actor_system.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace troupe {

namespace {

constexpr const char* web_hook_name = "emqx_web_hook";
constexpr std::size_t most_json_of_byte = 8;     // \u0000, and room for what stands around payloads
constexpr std::chrono::seconds look_interval{1}; // at what has waited for too long

// As EMQ X's shipped configuration has them.
std::vector<web_hook_rule> hook_rules_of(const web_hook_settings& config) {
  std::vector<web_hook_rule> out;
  for (const auto& [key, rule] : config.rules)
    out.push_back(rule);
  if (out.empty())
    for (const auto& e : web_hook_events)
      out.push_back({e.kind, {}});
  return out;
}

milliseconds longest_hook_request(const web_hook_settings& config) {
  return config.connect_timeout + config.request_timeout + std::chrono::seconds{5};
}

// The topic that a rule's filter is about; empty: there is none.
std::string_view topic_of_item(const rule_item& item) {
  if (item.message)
    return item.message->topic();
  return item.event->topic;
}

bool hook_concerns(const web_hook_rule& rule, const rule_item& item) {
  if (rule.on != (item.event ? item.event->kind : rules::event_kind::message_publish))
    return false;
  const auto topic = topic_of_item(item);
  return rule.topic.empty() || topic.empty() || mqtt::matches(rule.topic, topic);
}

// Whose order counts; of an event without a client, that of its topic does.
std::string_view key_of_item(const rule_item& item) {
  const auto& who = item.event ? item.event->client : item.message->from();
  return who && !who->client_id.empty() ? std::string_view{who->client_id} : topic_of_item(item);
}

class web_hook_sink final : public plugin_sink {
public:
  web_hook_sink(caf::actor_config& c, const web_hook_settings& config, http_client_actor client,
                std::shared_ptr<rule_gauge> waiting, std::shared_ptr<node_gauges> gauges, alarms_actor alarms)
      : plugin_sink(c, std::move(alarms), web_hook_name),
        gauges_(std::move(gauges)),
        rules_(hook_rules_of(config)),
        form_(config.payload),
        patience_(usual_keep_time + 2 * longest_hook_request(config)), // the client answers before
        lanes_(config.pool, usual_keep_time),
        client_(std::move(client)),
        waiting_(std::move(waiting)) {
    request_.target = access::parse_url(config.url)->target;
    request_.content_type = "application/json";
    for (const auto& header : config.headers)
      if (header.first == "content-type" || header.first == "Content-Type")
        request_.content_type = header.second;
      else
        request_.headers.push_back(header);
  }

  const char* name() const override { return "web_hook"; }

  void on_exit() override {
    if (const auto left = lanes_.waiting() + lanes_.under_way(); left > 0)
      log::warning("[WebHook] it ends: {} events were not told, or not answered", left);
    caf::anon_send_exit(client_, caf::exit_reason::user_shutdown);
  }

protected:
  // A batch without items comes from `look_later`.
  void take(const rule_messages& m) override {
    const auto now = clock::now();
    const auto part = std::make_shared<const rule_hold>(waiting_, m);
    for (const auto& item : m.items)
      for (const auto& rule : rules_)
        if (hook_concerns(rule, item)) {
          count(rule.on);
          const auto lane = lanes_.lane_of(key_of_item(item));
          lanes_.add(lane, {item, part}, now);
          go_on(lane);
        }
    if (m.items.empty())
      look(now);
    tell_losses();
    look_later();
  }

private:
  using clock = std::chrono::steady_clock;

  struct waiting_event {
    rule_item item;
    std::shared_ptr<const rule_hold> part; // of its batch, which waits until the last one is answered
  };

  void count(rules::event_kind kind) {
    for (std::size_t i = 0; i < web_hook_event_count; ++i)
      if (web_hook_events[i].kind == kind)
        gauges_->web_hook_told[i].fetch_add(1, std::memory_order_relaxed);
  }

  void go_on(std::size_t lane) {
    const auto next = lanes_.begin(lane);
    if (!next)
      return;
    auto call = request_;
    call.body = web_hook_body(next->item.event.get(), next->item.message, form_).value();
    request(client_, patience_, std::move(call))
        .then([this, lane, part = next->part](const http_answer& a) { answered(lane, a); },
              [this, lane, part = next->part](const caf::error& e) {
                http_answer none;
                none.error = system().render(e);
                answered(lane, none);
              });
  }

  // Any answer of the server's will do, as for EMQ X.
  void answered(std::size_t lane, const http_answer& a) {
    lanes_.end(lane);
    if (a.status == 0)
      lost(1, a.error);
    go_on(lane);
    tell_losses();
    look_later();
  }

  void look(clock::time_point now) {
    looks_ = false;
    if (const auto late = lanes_.give_up_overdue(now); late > 0)
      lost(late, "it has waited for too long");
  }

  // While there is something to see, or to say.
  void look_later() {
    if (looks_ || (lanes_.waiting() == 0 && lost_ == lost_told_))
      return;
    looks_ = true;
    delayed_send(caf::actor_cast<event_sink_actor>(ctrl()), look_interval, rule_messages{});
  }

  void lost(std::size_t events, const std::string& why) {
    lost_ += events;
    why_lost_ = why;
  }

  void tell_losses() {
    if (lost_ != lost_told_ && lines_.next(steady_ms())) {
      lost_told_ = lost_;
      log::warning("[WebHook] an event was not told: {} ({} so far)", log::printable(why_lost_), lost_);
    }
    const auto dropped = waiting_->dropped.load(std::memory_order_relaxed);
    if (dropped == dropped_told_ || !lines_.next(steady_ms()))
      return;
    dropped_told_ = dropped;
    log::warning("[WebHook] too many wait for the server: {} events were dropped so far", dropped);
  }

  const std::shared_ptr<node_gauges> gauges_;
  const std::vector<web_hook_rule> rules_;
  const web_hook_settings::payload_form form_;
  const milliseconds patience_;
  web_hook_lanes<waiting_event> lanes_;
  http_call request_;
  http_client_actor client_;
  std::shared_ptr<rule_gauge> waiting_;
  log_limiter lines_;
  std::uint64_t lost_ = 0;                         // events
  std::string why_lost_;                           // the last one
  std::uint64_t lost_told_ = 0, dropped_told_ = 0; // as the log has them
  bool looks_ = false;                             // a batch without items is on its way
};

http_client_actor spawn_hook_client(const sink_surroundings& around) {
  const auto& c = around.config.web_hook;
  http_client_settings client{.server = *access::parse_url(c.url), .tls = c.tls};
  client.connect_timeout = c.connect_timeout;
  client.request_timeout = c.request_timeout;
  client.resend = false; // the pool repeats what was not answered because the connection was closed
  pool_settings pool{.name = web_hook_name, .type = "web_hook", .workers = c.pool};
  keep_through_outages(pool, usual_keep_time);
  // What waits is bounded already, as the messages that it comes from.
  pool.most_bytes =
      std::max<std::size_t>(pool.most_bytes, most_json_of_byte * around.config.rule_engine.max_queue_bytes);
  pool.pauses = {milliseconds{10}, milliseconds{100}, milliseconds{1'000}}; // as often as EMQ X
  pool.longest = longest_hook_request(c);
  return spawn_http_client(around.system, client, pool, around.alarms);
}

event_sink start_web_hook(const sink_surroundings& around) {
  event_sink out;
  for (const auto& rule : hook_rules_of(around.config.web_hook))
    out.wants |= rules::bit_of(rule.on);
  out.actor = around.system.spawn<web_hook_sink>(around.config.web_hook, spawn_hook_client(around),
                                                 out.waiting, around.gauges, around.alarms);
  return out;
}

} // namespace

const plugin web_hook_plugin{.kind = plugin_kind::web_hook,
                             .name = web_hook_name,
                             .type = plugin_type::feature,
                             .description = "EMQ X WebHook Plugin",
                             .by_default = false,
                             .start = start_web_hook};

} // namespace troupe

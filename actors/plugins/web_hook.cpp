// emqx_web_hook: tells an HTTP server what clients do (reference/plugins-modules.md section 13). Requests go
// side by side, so they may overtake each other. While the server is down or slow, events wait up to the
// bound of sink_messages.hpp; what comes then is counted and told in the log.
#include "../shard/log_limiter.hpp"
#include "plugin.hpp"
#include "plugin_sink.hpp"
#include "troupe/access/url.hpp"
#include "troupe/actors/config.hpp"
#include "troupe/actors/gauges.hpp"
#include "troupe/actors/http_client.hpp"
#include "troupe/actors/log.hpp"
#include "troupe/mqtt/topic.hpp"
#include "web_hook_body.hpp"

#include <caf/actor_system.hpp>
#include <caf/send.hpp>

#include <chrono>
#include <utility>
#include <vector>

namespace troupe {

namespace {

constexpr const char* web_hook_name = "emqx_web_hook";
constexpr unsigned web_hook_retries = 3; // as EMQ X does when the server closes the connection
constexpr milliseconds first_retry{10};

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

// With all repetitions.
milliseconds longest_hook_request(const web_hook_settings& config) {
  return (web_hook_retries + 1) * (config.connect_timeout + config.request_timeout) + std::chrono::seconds{5};
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

class web_hook_sink final : public plugin_sink {
public:
  web_hook_sink(caf::actor_config& c, const web_hook_settings& config, http_client_actor client,
                std::shared_ptr<rule_gauge> waiting, std::shared_ptr<node_gauges> gauges, alarms_actor alarms)
      : plugin_sink(c, std::move(alarms), web_hook_name),
        gauges_(std::move(gauges)),
        rules_(hook_rules_of(config)),
        form_(config.payload),
        patience_(2 * longest_hook_request(config)), // it may wait for its turn as long again
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

  void on_exit() override { caf::anon_send_exit(client_, caf::exit_reason::user_shutdown); }

protected:
  void take(const rule_messages& m) override {
    const auto part = std::make_shared<const share>(waiting_, m);
    for (const auto& item : m.items)
      for (const auto& rule : rules_)
        if (hook_concerns(rule, item))
          if (auto body = web_hook_body(item.event.get(), item.message, form_)) {
            count(rule.on);
            post(std::move(*body), part);
          }
    tell_dropped();
  }

private:
  // Of one batch; the last answer gives its place back.
  struct share {
    std::shared_ptr<rule_gauge> waiting;
    std::int64_t messages, bytes;

    share(std::shared_ptr<rule_gauge> g, const rule_messages& m)
        : waiting(std::move(g)), messages(static_cast<std::int64_t>(m.items.size())), bytes(m.bytes) {}
    share(const share&) = delete;
    share& operator=(const share&) = delete;
    ~share() {
      waiting->messages.fetch_sub(messages, std::memory_order_relaxed);
      waiting->bytes.fetch_sub(bytes, std::memory_order_relaxed);
    }
  };

  void count(rules::event_kind kind) {
    for (std::size_t i = 0; i < web_hook_event_count; ++i)
      if (web_hook_events[i].kind == kind)
        gauges_->web_hook_told[i].fetch_add(1, std::memory_order_relaxed);
  }

  void post(std::string body, const std::shared_ptr<const share>& part) {
    auto call = request_;
    call.body = std::move(body);
    request(client_, patience_, std::move(call))
        .then([this, part](const http_answer& a) { answered(a); },
              [this, part](const caf::error&) { answered({}); });
  }

  // Any answer of the server's will do, as for EMQ X.
  void answered(const http_answer& a) {
    if (a.status != 0)
      return;
    ++lost_;
    if (lines_.next(now_ms()))
      log::warning("[WebHook] an event was not told: {} ({} so far)", log::printable(a.error), lost_);
  }

  void tell_dropped() {
    const auto dropped = waiting_->dropped.load(std::memory_order_relaxed);
    if (dropped == dropped_ || !lines_.next(now_ms()))
      return;
    dropped_ = dropped;
    log::warning("[WebHook] the server is too slow: {} events were dropped so far", dropped);
  }

  static mqtt::time_ms now_ms() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
  }

  const std::shared_ptr<node_gauges> gauges_;
  const std::vector<web_hook_rule> rules_;
  const web_hook_settings::payload_form form_;
  const milliseconds patience_;
  http_call request_;
  http_client_actor client_;
  std::shared_ptr<rule_gauge> waiting_;
  log_limiter lines_;
  std::uint64_t dropped_ = 0, lost_ = 0; // events, as the log has them
};

http_client_actor spawn_hook_client(const sink_surroundings& around) {
  const auto& c = around.config.web_hook;
  http_client_settings client{.server = *access::parse_url(c.url), .tls = c.tls};
  client.connect_timeout = c.connect_timeout;
  client.request_timeout = c.request_timeout;
  client.retries = web_hook_retries;
  client.retry_interval = first_retry;
  client.retry_backoff = 10;
  pool_settings pool{.name = web_hook_name, .type = "web_hook", .workers = c.pool};
  pool.most_waiting = around.config.rule_engine.max_queue_len; // those that may wait may wait there
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

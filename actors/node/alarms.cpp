#include "troupe/actors/alarms.hpp"

#include "alarm_table.hpp"
#include "troupe/actors/alarm_record.hpp"
#include "troupe/actors/config.hpp"
#include "troupe/actors/directory.hpp"
#include "troupe/actors/exceptions.hpp"
#include "troupe/actors/gather.hpp"
#include "troupe/actors/gauges.hpp"
#include "troupe/actors/log.hpp"
#include "troupe/actors/log_limiter.hpp"
#include "troupe/actors/messages.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <chrono>

namespace troupe {

namespace {

namespace json = boost::json;

constexpr std::chrono::minutes sweep_interval{1};

std::int64_t now_us() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

// In the order of the times.
std::string key_of(const alarm_record& cleared) {
  constexpr std::size_t digits = 20;
  const auto time = std::to_string(cleared.deactivated_at);
  return std::string(digits - time.size(), '0') + time;
}

alarm_table read_all(alarm_limits limits, const stored_alarms& rows) {
  alarm_table table{limits};
  for (const auto& [key, record] : rows) {
    json::error_code failed;
    auto alarm = read_alarm_record(json::parse(record, failed));
    if (failed || !alarm || key_of(*alarm) != key)
      log::error("[Alarm Handler] the stored alarm {} cannot be read", log::printable(key));
    else
      table.restore(std::move(*alarm));
  }
  return table;
}

class alarms final : public resilient<alarms_actor> {
public:
  alarms(caf::actor_config& c, alarm_table table, const alarm_settings& config, const directory& where,
         std::shared_ptr<node_gauges> gauges)
      : resilient<alarms_actor>(c),
        table_(std::move(table)),
        writes_lines_(config.log),
        publishes_(config.publish),
        topics_("$SYS/brokers/" + where.node_name + "/alarms/"),
        router_(where.routers.front()),
        store_(where.store),
        gauges_(std::move(gauges)) {}

  const char* name() const override { return "alarms"; }

protected:
  behavior_type make_behavior() override {
    caf::anon_send(store_, watch_store{caf::actor_cast<alarms_actor>(ctrl())});
    sweep_later();
    return {[this](const raise_alarm& m) { raise(m); },
            [this](const clear_alarm& m) { cleared(table_.clear(m.what, m.subject, now_us())); },
            [this](const alarm_query& q) { return list(q); },
            [this](const deactivate_alarm& m) { return deactivate(m.name); },
            [this](const forget_alarms&) { return confirm(without(table_.forget())); },
            [this](const sweep_tick&) { sweep(); }};
  }

private:
  void raise(const raise_alarm& m) {
    using change = alarm_table::change;
    const auto what = table_.raise(m, now_us());
    if (what == change::full)
      return refuse(m);
    if (what == change::same)
      return;
    const auto& alarm = *table_.find(m.what, m.subject);
    tell("alert", {{"id", alarm.id}, {"desc", alarm.desc}});
    if (what == change::changed)
      return; // it is active for 4.2
    tell("activate", to_json(alarm, alarm.activated_at));
    write_line("raised", alarm);
  }

  void refuse(const raise_alarm& m) {
    const auto refused = 1 + gauges_->alarms_refused.fetch_add(1, std::memory_order_relaxed);
    if (lines_.next(now_us() / 1000))
      log::warning("[Alarm Handler] {} alarms are left out (alarm.size_limit), the last one for {}", refused,
                   log::printable(m.subject));
  }

  void cleared(const std::optional<alarm_record>& alarm) {
    if (!alarm)
      return;
    tell_cleared(*alarm);
    caf::anon_send(store_, with(*alarm));
    erase(table_.trim(now_us()));
  }

  // By hand, and answered when it outlives a restart.
  caf::result<outcome> deactivate(const std::string& name) {
    const auto alarm = table_.clear(name, now_us());
    if (!alarm)
      return outcome{102, "not_found"};
    tell_cleared(*alarm);
    erase(table_.trim(now_us()));
    return confirm(with(*alarm));
  }

  caf::result<outcome> confirm(store_write changes) {
    if (changes.changes.empty())
      return outcome{};
    auto promise = make_response_promise<outcome>();
    request(store_, request_timeout, std::move(changes))
        .then(
            [promise](const store_written& w) mutable {
              promise.deliver(w.status.ok() ? outcome{} : outcome{102, w.status.text});
            },
            [promise](const caf::error&) mutable {
              promise.deliver(outcome{102, "the store does not answer"});
            });
    return promise;
  }

  void tell_cleared(const alarm_record& alarm) {
    tell("clear", {{"id", alarm.id}});
    tell("deactivate", to_json(alarm, alarm.deactivated_at));
    write_line("cleared", alarm);
  }

  static store_write with(const alarm_record& alarm) {
    return {{{store_kind::alarms, key_of(alarm), json::serialize(to_record(alarm))}}};
  }

  static store_write without(const std::vector<alarm_record>& gone) {
    store_write forget;
    for (const auto& alarm : gone)
      forget.changes.push_back({store_kind::alarms, key_of(alarm), std::nullopt});
    return forget;
  }

  void erase(const std::vector<alarm_record>& gone) {
    if (!gone.empty())
      caf::anon_send(store_, without(gone));
  }

  alarm_page list(const alarm_query& q) {
    erase(table_.trim(now_us()));
    alarm_page page;
    if (q.active)
      page.active = table_.active();
    if (q.history)
      page.history = table_.history();
    return page;
  }

  void tell(const char* event, const json::object& payload) {
    if (!publishes_)
      return;
    const auto topic = topics_ + event, text = json::serialize(payload);
    mqtt::message_parts parts;
    parts.topic = topic;
    parts.payload = text;
    parts.timestamp = now_us() / 1000;
    parts.system = true;
    caf::anon_send(router_, publish_request{mqtt::message::make(parts)});
  }

  void write_line(const char* event, const alarm_record& alarm) {
    if (!writes_lines_)
      return;
    if (const auto left_out = lines_.next(now_us() / 1000))
      log::warning("[Alarm Handler] {} is {}: {}{}", log::printable(alarm.name), event,
                   log::printable(alarm.message),
                   *left_out > 0 ? " (" + std::to_string(*left_out) + " lines were left out)" : "");
  }

  void sweep_later() { delayed_send(caf::actor_cast<alarms_actor>(ctrl()), sweep_interval, sweep_tick{}); }

  void sweep() {
    sweep_later();
    erase(table_.trim(now_us()));
    if (table_.find(alarm_kind::store, {}) != nullptr)
      probe_store();
  }

  // Nobody may write for a long time: a row that comes and goes tells the store that all is well again.
  void probe_store() {
    caf::anon_send(store_, store_write{{{store_kind::alarms, "probe", std::string{}},
                                        {store_kind::alarms, "probe", std::nullopt}}});
  }

  alarm_table table_;
  const bool writes_lines_, publishes_;
  const std::string topics_;
  router_actor router_;
  store_actor store_;
  std::shared_ptr<node_gauges> gauges_;
  log_limiter lines_;
};

} // namespace

alarms_actor spawn_alarms(caf::actor_system& system, const settings& config, const directory& where,
                          const stored_alarms& stored, std::shared_ptr<node_gauges> gauges) {
  const alarm_limits limits{config.alarms.size_limit, config.alarms.validity_period.count() * 1000};
  return system.spawn<alarms>(read_all(limits, stored), config.alarms, where, std::move(gauges));
}

} // namespace troupe

#include "library_host.hpp"
#include "troupe/actors/alarm_messages.hpp"
#include "troupe/actors/log_limiter.hpp"
#include "troupe/actors/rule_hold.hpp"
#include "troupe/rules/event_record.hpp"

#include <caf/actor_system.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <exception>

namespace troupe {

using rules::event_kind;

namespace {

struct event_pair {
  event_kind kind;
  sdk::event_kind told;
};

constexpr event_pair event_pairs[] = {
    {event_kind::client_connected, sdk::event_kind::client_connected},
    {event_kind::client_disconnected, sdk::event_kind::client_disconnected},
    {event_kind::session_subscribed, sdk::event_kind::session_subscribed},
    {event_kind::session_unsubscribed, sdk::event_kind::session_unsubscribed},
    {event_kind::message_delivered, sdk::event_kind::message_delivered},
    {event_kind::message_acked, sdk::event_kind::message_acked},
    {event_kind::message_dropped, sdk::event_kind::message_dropped},
    {event_kind::delivery_dropped, sdk::event_kind::message_dropped},
};

rules::event_mask wanted_events(std::uint32_t bits) noexcept {
  rules::event_mask out = 0;
  for (const auto& p : event_pairs)
    if ((bits & sdk::bit_of(p.told)) != 0)
      out |= rules::bit_of(p.kind);
  return out;
}

// Its texts are those of the record.
std::optional<sdk::event> told_event(const rules::event_record& e) {
  sdk::event out;
  bool known = false;
  for (const auto& p : event_pairs)
    if (p.kind == e.kind) {
      out.kind = p.told;
      known = true;
    }
  if (!known)
    return std::nullopt;
  out.at = e.at;
  out.qos = static_cast<std::uint8_t>(e.level);
  out.topic = e.topic;
  out.reason = e.reason;
  if (e.client) {
    out.client_id = e.client->client_id;
    out.peer_host = e.client->peer_host;
    if (!e.client->username.empty())
      out.username = e.client->username;
  }
  if (e.message) {
    out.topic = e.message->topic();
    out.payload = e.message->payload();
  }
  return out;
}

class library_listener final : public event_sink_actor::base {
public:
  library_listener(caf::actor_config& c, const sdk::description& described,
                   std::shared_ptr<const library_host> host, alarms_actor alarms,
                   std::shared_ptr<rule_gauge> waiting)
      : event_sink_actor::base(c),
        described_(described),
        host_(std::move(host)),
        alarms_(std::move(alarms)),
        waiting_(std::move(waiting)) {}

  const char* name() const override { return "library_listener"; }

protected:
  behavior_type make_behavior() override {
    return {[this](const rule_messages& m) {
      const rule_hold held{waiting_, m};
      for (const auto& item : m.items)
        if (const auto e = item.event ? told_event(*item.event) : std::nullopt)
          tell(*e);
      tell_dropped(m.items.back());
    }};
  }

private:
  // What it throws ends the instance; the next event has another one.
  void tell(const sdk::event& e) {
    std::string why;
    try {
      if (!instance_)
        instance_ = make_instance(described_, *host_);
      instance_->on_event(e);
      if (std::exchange(crashed_, false) && alarms_)
        send(alarms_, clear_alarm{alarm_kind::plugin, described_.name});
      return;
    } catch (const std::exception& x) {
      why = x.what();
    } catch (...) {
      why = "unknown exception";
    }
    instance_ = nullptr;
    crashed(why, e.at);
  }

  // The alarm goes with the line: it may come and go with each event.
  void crashed(const std::string& why, mqtt::time_ms now) {
    const auto left_out = lines_.next(now);
    if (!left_out)
      return;
    log::error("[Plugins] {} has crashed when it was told of an event: {}{}", described_.name,
               log::printable(why), left_out_note(*left_out));
    if (!std::exchange(crashed_, true) && alarms_)
      send(alarms_, raise_alarm{alarm_kind::plugin, described_.name, {}, {{"error", why}}});
  }

  void tell_dropped(const rule_item& last) {
    const auto dropped = waiting_->dropped.load(std::memory_order_relaxed);
    if (dropped == dropped_ || !lines_.next(last.event ? last.event->at : 0))
      return;
    dropped_ = dropped;
    log::warning("[Plugins] {} is too slow: {} events were dropped so far", described_.name, dropped);
  }

  const sdk::description& described_;
  std::shared_ptr<const library_host> host_;
  alarms_actor alarms_; // null: nobody is told
  std::shared_ptr<rule_gauge> waiting_;
  std::unique_ptr<sdk::instance> instance_;
  log_limiter lines_;
  std::uint64_t dropped_ = 0; // as the log has it
  bool crashed_ = false;      // an alarm says so
};

} // namespace

event_sink start_library_listener(const sdk::description& described, std::shared_ptr<const library_host> host,
                                  const sink_surroundings& around) {
  event_sink out;
  out.wants = wanted_events(described.events);
  out.actor = around.system.spawn<library_listener, caf::detached>(std::cref(described), std::move(host),
                                                                   around.alarms, out.waiting);
  return out;
}

} // namespace troupe

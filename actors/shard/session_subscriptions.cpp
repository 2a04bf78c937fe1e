// The session actor's subscriptions: each goes to the route table, and its answer waits until every publisher
// sees it.
#include "rule_events.hpp"
#include "session.hpp"
#include "troupe/actors/log.hpp"
#include "troupe/mqtt/mount_point.hpp"
#include "troupe/mqtt/topic.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <utility>

namespace troupe {

using mqtt::metric;
using mqtt::packet_type;
using mqtt::reason_code;

namespace {

constexpr std::size_t retained_chunk_size = 256;
constexpr std::size_t max_newer = 4096; // topics; of others an older message may follow a newer one

std::uint8_t packed(const mqtt::subscription_options& options, bool away) {
  return static_cast<std::uint8_t>(mqtt::pack(options) | (away ? mqtt::member_away : 0));
}

} // namespace

reason_code session::subscribe(std::string filter, mqtt::subscription_options options, std::uint32_t id,
                               pending_answer& answer, std::string_view properties) {
  mqtt::canonicalize(filter);
  const auto target = mqtt::parse_subscription(filter);
  if (!target || (target->exclusive() && !zone_->channel.exclusive_subscription))
    return reason_code::topic_filter_invalid;
  if (bridge_ && version_ != mqtt::protocol_version::v5) { // a bridge keeps the flag, and wants nothing back
    options.retain_as_published = true;
    options.no_local = !target->shared();
  }
  const auto result = machine_.subscribe(filter, {options, id});
  if (result == mqtt::session::subscribe_result::quota_exceeded)
    return reason_code::quota_exceeded;
  const auto where = address();
  const bool away = target->shared() && !attached();
  home().change_route({route_change::kind::subscribe,
                       filter,
                       {where.slot, where.generation, id, where.shard, packed(options, away)},
                       0});
  ++changes_;
  marked_away_ = marked_away_ || away;
  if (target->exclusive())
    note_exclusive(filter, answer);
  const bool added = result == mqtt::session::subscribe_result::added;
  const bool wants_retained = options.retain_handling == 0 || (options.retain_handling == 1 && added);
  if (!target->shared() && wants_retained) // none for shared ones [MQTT-4.8.2-...]
    answer.retained_for.push_back(filter);
  if (home().wants(rules::event_kind::session_subscribed))
    tell_subscription(home(), rules::event_kind::session_subscribed, publisher_, filter, options, properties);
  return static_cast<reason_code>(options.level);
}

reason_code session::unsubscribe(std::string filter, pending_answer& answer, std::string_view properties) {
  mqtt::canonicalize(filter);
  const bool tells = home().wants(rules::event_kind::session_unsubscribed);
  const auto old = tells ? machine_.subscriptions().find(filter) : machine_.subscriptions().end();
  const auto options =
      old == machine_.subscriptions().end() ? mqtt::subscription_options{} : old->second.options;
  if (!machine_.unsubscribe(filter))
    return reason_code::no_subscription_existed;
  note_left(filter, answer);
  stop_replay(filter);
  if (tells)
    tell_subscription(home(), rules::event_kind::session_unsubscribed, publisher_, filter, options,
                      properties);
  const auto where = address();
  home().change_route(
      {route_change::kind::unsubscribe, filter, {where.slot, where.generation, 0, where.shard, 0}, 0});
  ++changes_;
  return reason_code::success;
}

// What the retainer says about the filter, or will, is not for a subscription that comes later.
void session::stop_replay(const std::string& filter) {
  leave_out_replays(filter, changes_ + 1);
  if (!retained_)
    return;
  retained_->waiting.erase(filter);
  if (retained_->current == filter)
    retained_->current.clear();
}

void session::handle(subscribe_packet& m) {
  if (m.connection != connection_)
    return;
  pending_answer answer;
  answer.connection = connection_;
  answer.answer.type = packet_type::suback;
  answer.answer.packet_id = m.packet_id;
  const auto before = changes_;
  for (auto& e : m.entries)
    answer.answer.reasons.push_back(is_error(e.verdict) ? e.verdict
                                                        : subscribe(std::move(e.filter), e.options,
                                                                    m.subscription_id, answer, m.properties));
  answer_when_applied(std::move(answer), before);
}

void session::handle(unsubscribe_packet& m) {
  if (m.connection != connection_)
    return;
  pending_answer answer;
  answer.connection = connection_;
  answer.answer.type = packet_type::unsuback;
  answer.answer.packet_id = m.packet_id;
  const auto before = changes_;
  for (auto& filter : m.filters)
    answer.answer.reasons.push_back(unsubscribe(std::move(filter), answer, m.properties));
  answer_when_applied(std::move(answer), before);
}

void session::handle(change_subscriptions& m) {
  pending_answer answer;
  answer.promise = std::move(m.promise);
  home().metrics().add(m.subscribe ? metric::client_subscribe : metric::client_unsubscribe);
  const auto before = changes_;
  bool any = false;
  for (const auto& filter : m.filters) {
    if (!m.subscribe) {
      unsubscribe(mounted(filter), answer);
      continue;
    }
    mqtt::subscription_options options;
    options.level = *m.subscribe;
    const auto reason = subscribe(mounted(filter), options, 0, answer);
    any = any || !is_error(reason);
    if (is_error(reason))
      answer.result = {102, std::string{to_string(reason)}};
  }
  if (any) // the others are left out without a word (reference/http-api.md section 6)
    answer.result = {};
  answer_when_applied(std::move(answer), before);
}

std::string session::mounted(const std::string& filter) const {
  return mount_point_ ? mqtt::mount_subscription(*mount_point_, filter) : filter;
}

// What the configuration subscribes every client to (reference/plugins-modules.md section 12).
void session::auto_subscribe() {
  pending_answer answer;
  answer.connection = connection_;
  answer.answer.reasons = {reason_code::success}; // it counts as one
  home().metrics().add(metric::client_subscribe);
  const auto before = changes_;
  for (const auto& [unused, s] : home().node().config->auto_subscriptions) {
    const auto filter = mqtt::expand_placeholders(s.topic, client_id_, username_);
    auto options = s.options;
    options.level = std::min(options.level, zone_->channel.max_qos);
    const bool subscribed = filter && !is_error(subscribe(mounted(*filter), options, 0, answer));
    if (!subscribed && home().may_complain())
      log::warning("[Session] {} is not subscribed to {}", log::printable(client_id_), s.topic);
  }
  answer_when_applied(std::move(answer), before);
}

void session::drop_routes() {
  const auto where = address();
  for (const auto& [filter, unused] : machine_.subscriptions())
    home().change_route(
        {route_change::kind::unsubscribe, filter, {where.slot, where.generation, 0, where.shard, 0}, 0});
}

// -- shared subscriptions
// ----------------------------------------------------------------------------------------

// Tells publishers whether the client of this member is there.
void session::mark_member(bool away) {
  if (away == marked_away_)
    return;
  marked_away_ = false;
  const auto where = address();
  const auto& all = machine_.subscriptions();
  constexpr std::string_view prefix = "$share/";
  for (auto i = all.lower_bound(prefix); i != all.end() && i->first.starts_with(prefix); ++i) {
    home().change_route(
        {route_change::kind::subscribe,
         i->first,
         {where.slot, where.generation, i->second.id, where.shard, packed(i->second.options, away)},
         0});
    ++changes_;
    marked_away_ = away;
  }
}

// What other members may have instead (MQTT 5.0 section 4.8.2). With `connected_only` the rest stays here,
// else it ends with the session.
void session::hand_over_shared(bool connected_only) {
  const auto self_address = address();
  machine_.hand_over_shared([&](const mqtt::delivery& d) {
    const bool taken = home().redispatch(d.message, {d.group, 0}, self_address, connected_only);
    if (!taken && !connected_only)
      home().metrics().add(metric::delivery_dropped);
    return taken;
  });
}

// The same for messages that the session machine has not got yet.
void session::hand_over(const std::vector<mqtt::delivery>& batch, const mqtt::session_address& from) {
  for (const auto& d : batch)
    if (d.group != 0 && !home().redispatch(d.message, {d.group, d.hops}, from, false))
      home().metrics().add(metric::delivery_dropped);
}

// -- retained messages
// -------------------------------------------------------------------------------------------

// Asks for the next chunk when there is room for it, so that no number of retained messages overflows the
// queue or the socket.
void session::ask_retained() {
  if (!retained_ || retained_->asked || !attached() || !machine_.writable())
    return;
  const auto capacity = zone_->session.queue.max_length;
  const auto used = machine_.queue_size();
  if (capacity != 0 && used >= capacity / 2 && used > 0)
    return; // asked again when acknowledgements have made room
  auto& r = *retained_;
  if (r.current.empty()) {
    if (r.waiting.empty()) {
      retained_ = nullptr;
      return;
    }
    const auto next = r.waiting.begin();
    r.current = next->first;
    if (--next->second == 0)
      r.waiting.erase(next);
    r.cursor = {};
  }
  const std::size_t room =
      capacity == 0 ? retained_chunk_size : std::min(retained_chunk_size, capacity - used);
  r.asked = true;
  caf::anon_send(home().node().actors.retainer,
                 retained_request{self(), r.current, r.cursor, std::max<std::size_t>(room, 1)});
}

// A message that is retained while the retainer's answer is on its way comes before it: what the answer has
// of its topic is older then, and would be the last that the client sees of it.
void session::note_newer(const std::vector<mqtt::delivery>& batch) {
  if (!retained_->asked)
    return;
  auto& newer = retained_->newer;
  const auto most = home().node().config->retainer.max_payload_size; // what is larger the retainer leaves out
  for (const auto& d : batch)
    if (d.message->retain() && (most == 0 || d.message->payload().size() <= most) &&
        (newer.size() < max_newer || newer.contains(d.message->topic())))
      newer.insert_or_assign(std::string{d.message->topic()}, d.message);
}

void session::handle(retained_chunk& m) {
  if (!retained_ || !retained_->asked)
    return;
  retained_->asked = false;
  const auto pings = std::exchange(retained_->pings, 0);
  std::erase_if(m.messages, [this](mqtt::message_ptr& message) {
    const auto newer = retained_->newer.find(message->topic());
    if (newer != retained_->newer.end() && newer->second->timestamp() >= message->timestamp())
      message = newer->second;
    return message->payload().empty();
  });
  retained_->newer.clear();
  replay(m);
  if (retained_ && retained_->asked) {
    retained_->pings = pings;
    return;
  }
  auto out = home().spare_batch();
  for (std::uint32_t i = 0; i < pings; ++i)
    answer_ping(out);
  send(std::move(out));
}

void session::replay(retained_chunk& m) {
  if (!attached() || !machine_.writable())
    return; // the same chunk is asked for when it can be sent
  const auto i = machine_.subscriptions().find(retained_->current);
  const bool subscribed = i != machine_.subscriptions().end();
  if (m.done || !subscribed)
    retained_->current.clear();
  else
    retained_->cursor = std::move(m.cursor);
  if (!subscribed || !deliver_retained(m.messages, i->second))
    ask_retained();
  // else when the client has sent these
}

// False when there is nothing to send now.
bool session::deliver_retained(std::vector<mqtt::message_ptr>& messages,
                               const mqtt::session::subscription& subscription) {
  auto batch = home().spare_batch();
  for (auto& message : messages) {
    if (subscription.options.no_local && message->from() && message->from()->client_id == client_id_)
      continue; // [MQTT-3.8.3-3]
    mqtt::delivery d;
    d.level = mqtt::effective_qos(message->level(), subscription.options.level, zone_->session.upgrade_qos);
    d.message = std::move(message);
    d.subscription_id = subscription.id;
    d.retain = true; // [MQTT-3.3.1-8]
    batch.push_back(std::move(d));
  }
  machine_.deliver(batch, home().moment());
  const bool some = !batch.empty();
  send(std::move(batch), true);
  arm_timer();
  return some;
}

// The retained messages that the retainer was asked for go first, so that who pings has seen them.
void session::answer_ping(std::vector<mqtt::delivery>& out) {
  if (retained_ && retained_->asked) {
    ++retained_->pings;
    return;
  }
  mqtt::delivery d;
  d.type = mqtt::packet_type::pingresp;
  out.push_back(std::move(d));
}

} // namespace troupe

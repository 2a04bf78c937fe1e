// What a shard notices of its clients and tells the bans and the alarms.
#include "client.hpp"
#include "shard.hpp"
#include "troupe/actors/banned.hpp"
#include "troupe/actors/log.hpp"
#include "troupe/actors/time_text.hpp"

#include <caf/send.hpp>

namespace troupe {

void shard::watch_disconnect(std::string_view client_id) {
  const auto& policy = node_.config->flapping;
  if (!flapping_)
    flapping_ =
        std::make_unique<mqtt::offence_table>(mqtt::offence_policy{policy.threshold, policy.window.count()});
  const auto forgotten = flapping_->forgotten();
  const bool flaps = flapping_->count(client_id, now_);
  if (flapping_->forgotten() != forgotten && may_complain())
    log::warning("[Flapping] {} clients were forgotten before their time: too many come and go at once",
                 flapping_->forgotten());
  if (!flaps)
    return;
  log::warning("[Flapping] {} has come and gone {} times: it is banned", log::printable(client_id),
               policy.threshold);
  mqtt::ban b;
  b.who = client_id;
  b.by = flapping_detector;
  b.reason = "flapping is detected";
  b.at = now_ms() / 1000;
  b.until = b.at + policy.ban_time.count() / 1000;
  caf::anon_send(node_.actors.banned, add_ban{std::move(b)});
}

void shard::watch_refused_login(const std::string& address) {
  const auto& policy = node_.config->auth_failures;
  if (!guesses_)
    guesses_ = std::make_unique<guess_watch>(mqtt::offence_policy{policy.threshold, policy.window.count()});
  if (guesses_->count(address, now_))
    caf::anon_send(node_.actors.banned,
                   add_ban{ban_of_guesser(address, now_ms() / 1000, policy.ban_time.count() / 1000)});
  else
    caf::anon_send(node_.actors.banned, login_refused{address});
}

bool shard::hold_refusal() noexcept {
  constexpr std::uint32_t most = 1024;
  if (refusals_held_ == most)
    return false;
  ++refusals_held_;
  return true;
}

// Ten alarms a second at most: what comes and goes must not cost more than what it is about.
bool shard::may_raise_congestion() noexcept { return congestion_alarms_.next(now_).has_value(); }

void client::note_refused_login(mqtt::reason_code reason) {
  if (zone().detect_auth_failures && is_bad_login(reason))
    home().watch_refused_login(peer_.host);
}

// Whoever guesses learns of each guess a second later, while nothing but its connection waits.
bool client::hold_refusal(mqtt::reason_code reason) {
  constexpr mqtt::time_ms delay = 1'000;
  if (!zone().detect_auth_failures || !is_bad_login(reason) || !home().hold_refusal())
    return false;
  held_refusal_ = reason;
  home().timers().arm(*this, home().now() + delay);
  return true;
}

void client::drop_refusal() noexcept {
  if (std::exchange(held_refusal_, mqtt::reason_code::success) != mqtt::reason_code::success)
    home().drop_refusal();
}

void client::raise_congestion(std::size_t unsent) {
  congested_ = home().may_raise_congestion();
  if (!congested_)
    return;
  raise_alarm alarm{
      alarm_kind::congestion, congestion_subject(publisher_->client_id, publisher_->username), {}, {}};
  alarm.details = {{"clientid", publisher_->client_id},
                   {"username", publisher_->username},
                   {"peername", peer_.host + ':' + std::to_string(peer_.port)},
                   {"unsent", static_cast<std::int64_t>(unsent)}};
  caf::anon_send(home().node().actors.alarms, std::move(alarm));
}

void client::clear_congestion() {
  if (std::exchange(congested_, false))
    caf::anon_send(
        home().node().actors.alarms,
        clear_alarm{alarm_kind::congestion, congestion_subject(publisher_->client_id, publisher_->username)});
}

} // namespace troupe

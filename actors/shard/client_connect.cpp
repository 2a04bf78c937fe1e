// What the client actor does with a CONNECT.
#include "client.hpp"
#include "rule_events.hpp"
#include "troupe/mqtt/mount_point.hpp"

#include <caf/send.hpp>

#include <memory>
#include <utility>

namespace troupe {

using mqtt::metric;
using mqtt::reason_code;

namespace {

// Those that show the properties of a CONNECT.
constexpr auto tell_of_connect = rules::bit_of(rules::event_kind::client_connect) |
                                 rules::bit_of(rules::event_kind::client_connack) |
                                 rules::bit_of(rules::event_kind::client_connected);

} // namespace

void client::on_connect(mqtt::connect& p) {
  if (channel_.current() != mqtt::channel::state::idle) {
    home().metrics().add(metric::packets_connect_received);
    protocol_error(reason_code::protocol_error, "a second CONNECT"); // [MQTT-3.1.0-2]
    return;
  }
  if (turn_away_) {
    home().metrics().add(metric::packets_connect_received);
    request_ = std::make_shared<mqtt::connect_request>();
    channel_.on_connect(p, {}, *request_); // for the form of the answer
    refuse_connect(reason_code::use_another_server, "the listener is full");
    request_ = nullptr;
    return;
  }
  certified_names names;
  if (certifies())
    take_certified(p, names);
  const bool by_username = zone().channel.use_username_as_client_id && p.username && !p.username->empty();
  const std::string_view own = names.client_id.empty() ? p.client_id : names.client_id;
  const std::string_view id = by_username ? *p.username : own;
  const auto target = id.empty() ? home().index() : home_shard(id, home().node().shards.size());
  if (target != home().index()) {
    --figures_.recv_pkt;
    home().metrics().add(metric::packets_received,
                         -std::uint64_t{1}); // on_packet counts it; it counts there again
    migrating_to_ = target;
    return;
  }
  auto& metrics = home().metrics();
  metrics.add(metric::packets_connect_received);
  metrics.add(metric::client_connect);
  request_ = std::make_shared<mqtt::connect_request>();
  const reason_code verdict = channel_.on_connect(p, id.empty() ? home().fresh_client_id() : std::string{},
                                                  *request_, names.client_id);
  if (home().wants_any(tell_of_connect)) [[unlikely]]
    note_connect(p);
  if (!is_error(verdict) && banned()) {
    deny(reason_code::banned);
    return;
  }
  if (channel_.current() == mqtt::channel::state::authenticating) {
    begin_authentication(p);
    return;
  }
  if (verdict == reason_code::success)
    authenticate();
  else
    deny(verdict);
}

void client::note_connect(const mqtt::connect& p) {
  request_->properties = p.properties.raw();
  if (home().wants(rules::event_kind::client_connect))
    tell_connect(home(), *request_, peer_, listener_);
}

bool client::banned() const {
  const auto& bans = home().bans();
  if (!zone().enable_ban)
    return false;
  if (home().stops_guesses_of(peer_.host))
    return true;
  if (bans.empty())
    return false;
  const auto now = home().wall() / 1000;
  using kind = mqtt::ban_kind;
  return bans.active(kind::clientid, request_->client_id, now) ||
         (request_->username && bans.active(kind::username, *request_->username, now)) ||
         bans.active(kind::peerhost, peer_.host, now);
}

void client::open_session_now() { open_session_now(listener_.mountpoint); }

void client::open_session_now(std::string_view mount_point) {
  const auto mounted = mount_point.empty() ? reason_code::success : mount(mount_point);
  if (mounted == reason_code::success)
    go_on_connecting();
  else
    deny(mounted);
}

// When it is known what becomes of the will.
void client::go_on_connecting() {
  if (knows_will())
    caf::anon_send(home().node().actors.routers[home().index()],
                   open_session{self(), request_, listener_.index});
}

// A CONNECT of the right form that is not let in.
void client::deny(reason_code reason) {
  log_problem("CONNECT refused", to_string(reason));
  note_refused_login(reason);
  if (!hold_refusal(reason))
    answer_refused(reason);
}

void client::answer_refused(reason_code reason) {
  refuse_connect(reason);
  request_ = nullptr;
}

bool client::certifies() const noexcept {
  const auto& config = *listener_.config;
  return config.peer_cert_as_username != certificate_field::none ||
         config.peer_cert_as_clientid != certificate_field::none;
}

// The names in the certificate go before those of the packet; without a certificate those count, as with EMQ
// X. `p` refers to `names`; its client id stays, for whether it has one makes a difference [MQTT-3.2.2-16].
void client::take_certified(mqtt::connect& p, certified_names& names) const {
  const auto certificate = stream_->certificate();
  if (certificate == nullptr)
    return;
  names.username = field_of(*certificate, listener_.config->peer_cert_as_username);
  names.client_id = field_of(*certificate, listener_.config->peer_cert_as_clientid);
  if (!names.username.empty())
    p.username = names.username;
}

// A client id or user name with a wildcard in it would reach the topics of others, and so would one that
// makes a prefix such as $share/ of the mount point.
reason_code client::mount(std::string_view pattern) {
  auto expanded = mqtt::expand_placeholders(pattern, request_->client_id, request_->username.value_or(""));
  if (!expanded || expanded->starts_with('$'))
    return reason_code::client_identifier_not_valid;
  request_->mount_point = *expanded;
  mount_point_ = std::make_unique<const std::string>(std::move(*expanded));
  return reason_code::success;
}

void client::refuse_connect(reason_code reason, const char* detail) {
  auto& metrics = home().metrics();
  metrics.add(metric::client_connack);
  metrics.add(metric::packets_connack_error);
  if (is_bad_login(reason))
    metrics.add(metric::packets_connack_auth_error);
  const auto properties = explanation(reason, detail);
  send_packet(mqtt::connack{false, reason, properties.view()});
  if (request_ && home().wants(rules::event_kind::client_connack))
    tell_connack(home(), *request_, peer_, listener_, reason, properties.view());
  const char* why = reason == reason_code::packet_too_large     ? "frame_too_large"
                    : reason == reason_code::use_another_server ? "max_conns"
                                                                : to_string(reason).data();
  close(reason, why, goodbye::disconnect);
}

} // namespace troupe

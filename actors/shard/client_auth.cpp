// The client actor's part in authentication: it waits for what the plugins say, and sends what an exchange of
// AUTH packets decides.
#include "client.hpp"

#include <caf/send.hpp>

namespace troupe {

using mqtt::metric;
using mqtt::property;
using mqtt::reason_code;

// Without plugins it costs nothing. With them the connection is `connecting` meanwhile: what the client has
// sent behind its CONNECT waits, and zone.*.idle_timeout bounds it all.
void client::authenticate() {
  home().metrics().add(metric::client_authenticate);
  const auto& who = home().node().actors;
  if (zone().bypass_auth_plugins || !who.loaded->any_authenticator())
    admit_anonymous();
  else
    caf::anon_send(who.access, check_client{self(), std::make_shared<const access::client_facts>(facts())});
}

void client::handle(client_checked& m) {
  if (lingering_ || finished())
    return; // gone meanwhile
  auto& metrics = home().metrics();
  metrics.add(metric::client_auth_ignore, m.ignored);
  if (banned()) { // meanwhile: of guesses in parallel no more are told apart than of others
    deny(reason_code::banned);
    return;
  }
  switch (m.what) {
    case client_checked::verdict::success:
      metrics.add(metric::client_auth_success);
      superuser_ = m.superuser;
      open_session_now(m.mount_point ? std::string_view{*m.mount_point} : listener_.mountpoint);
      break;
    case client_checked::verdict::failure:
      metrics.add(metric::client_auth_failure);
      deny(m.reason);
      break;
    case client_checked::verdict::nobody: admit_anonymous(); break;
  }
}

// Nothing has authenticated the client.
void client::admit_anonymous() {
  if (!zone().allow_anonymous) {
    deny(reason_code::not_authorized);
    return;
  }
  home().metrics().add(metric::client_auth_anonymous);
  open_session_now();
}

// Who may log in now: nobody while emqx_sasl is not loaded.
std::shared_ptr<const mqtt::scram_users> client::sasl_users() const {
  return home().node().actors.loaded->loaded(plugin_kind::sasl) ? home().sasl_users() : nullptr;
}

// The timer of a connection that is not connected bounds the exchange: zone.*.idle_timeout.
void client::begin_authentication(const mqtt::connect& p) {
  home().metrics().add(metric::client_authenticate);
  auth_ = mqtt::enhanced_auth::make(*request_->authentication_method, sasl_users());
  if (!auth_) {
    protocol_error(reason_code::bad_authentication_method, "authentication method is not available");
    return;
  }
  carry_out(auth_->begin(p.properties.text(property::authentication_data).value_or(""), mqtt::scram_nonce()));
}

void client::on_auth(mqtt::auth& p) {
  home().metrics().add(metric::packets_auth_received);
  if (auth_)
    carry_out(auth_->on_auth(p, sasl_users(), mqtt::scram_nonce()));
  else
    protocol_error(reason_code::protocol_error, "AUTH without an authentication method"); // [MQTT-4.12.0-6]
}

void client::carry_out(mqtt::enhanced_auth::verdict v) {
  using action = mqtt::enhanced_auth::verdict::action;
  const bool connected = channel_.current() == mqtt::channel::state::connected;
  if (v.what == action::success && !connected) {
    // The proven name speaks for the client; it may not say another one beside it.
    if (request_->username.value_or(auth_->username()) == auth_->username()) {
      request_->username = auth_->username();
      if (banned()) { // by the name that CONNECT had not told
        deny(reason_code::banned);
        return;
      }
      request_->authentication_data = std::move(v.data);
      channel_.authenticated();
      open_session_now();
      return;
    }
    v = {action::refuse, reason_code::not_authorized, {}, "user name of another user"};
  }
  if (v.what != action::refuse) {
    send_auth(v.reason, v.data);
    return;
  }
  if (!connected && is_bad_login(v.reason) && banned())
    v = {action::refuse, reason_code::banned, {}, "banned"};
  note_refused_login(v.reason);
  if (!connected && hold_refusal(v.reason)) {
    log_problem(to_string(v.reason), v.detail);
    channel_.authenticated(); // as with a password: what it sends meanwhile waits
    return;
  }
  protocol_error(v.reason, v.detail); // before the CONNACK it is one with the reason
}

void client::send_auth(reason_code reason, std::string_view data) {
  mqtt::property_writer properties;
  properties.text(property::authentication_method, auth_->method()); // [MQTT-4.12.0-5]
  if (!data.empty())
    properties.text(property::authentication_data, data);
  if (!send_packet(mqtt::auth{reason, properties.view()}))
    close(reason_code::packet_too_large, "frame_too_large", goodbye::disconnect, true,
          "the AUTH is larger than the client accepts");
}

} // namespace troupe

// The client actor's part in enhanced authentication: it sends what the exchange decides.
#include "client.hpp"

namespace troupe {

using mqtt::metric;
using mqtt::property;
using mqtt::reason_code;

// The timer of a connection that is not connected bounds the exchange: zone.*.idle_timeout.
void client::begin_authentication(const mqtt::connect& p) {
  home().metrics().add(metric::client_authenticate);
  auth_ = mqtt::enhanced_auth::make(*request_->authentication_method, home().node().config->scram.get());
  if (!auth_) {
    protocol_error(reason_code::bad_authentication_method, "authentication method is not available");
    return;
  }
  carry_out(auth_->begin(p.properties.text(property::authentication_data).value_or(""), mqtt::scram_nonce()));
}

void client::on_auth(mqtt::auth& p) {
  home().metrics().add(metric::packets_auth_received);
  if (auth_)
    carry_out(auth_->on_auth(p, mqtt::scram_nonce()));
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

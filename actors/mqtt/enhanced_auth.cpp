#include "troupe/mqtt/enhanced_auth.hpp"

namespace troupe::mqtt {

std::unique_ptr<enhanced_auth> enhanced_auth::make(std::string_view method,
                                                   std::shared_ptr<const scram_users> users) {
  const auto hash = scram_mechanism(method);
  if (!hash || users == nullptr || users->empty())
    return nullptr;
  auto made = std::make_unique<enhanced_auth>();
  made->method_ = method;
  made->users_ = std::move(users);
  made->hash_ = *hash;
  return made;
}

enhanced_auth::verdict enhanced_auth::fail(reason_code reason, const char* detail) {
  exchange_ = nullptr;
  return {verdict::action::refuse, reason, {}, detail};
}

enhanced_auth::verdict enhanced_auth::begin(std::string_view data, std::string_view nonce) {
  exchange_ = std::make_unique<scram_server>(hash_, *users_);
  expected_ = step::first;
  if (data.empty()) // the client waits for an empty challenge (RFC 4422 section 5)
    return {verdict::action::continue_, reason_code::continue_authentication, {}, ""};
  return advance(data, nonce);
}

enhanced_auth::verdict enhanced_auth::on_auth(const auth& a, std::shared_ptr<const scram_users> users,
                                              std::string_view nonce) {
  if (a.properties.text(property::authentication_method) != method_) // [MQTT-4.12.0-5], [MQTT-4.12.1-1]
    return fail(reason_code::protocol_error, "AUTH with another authentication method");
  const auto data = a.properties.text(property::authentication_data).value_or("");
  if (a.reason == reason_code::reauthenticate) {
    if (pending())
      return fail(reason_code::protocol_error, "re-authentication within an authentication");
    users_ = std::move(users);
    if (users_ == nullptr) // enhanced authentication has been switched off
      return fail(reason_code::not_authorized, "there are no users any more");
    return begin(data, nonce);
  }
  if (!pending())
    return fail(reason_code::protocol_error, "AUTH continues no authentication");
  return advance(data, nonce);
}

enhanced_auth::verdict enhanced_auth::advance(std::string_view data, std::string_view nonce) {
  auto answer = expected_ == step::first ? exchange_->first(data, nonce) : exchange_->last(data);
  if (!answer.ok)
    return fail(reason_code::not_authorized, answer.error);
  if (expected_ == step::first) {
    expected_ = step::last;
    return {verdict::action::continue_, reason_code::continue_authentication, std::move(answer.message), ""};
  }
  if (username_.empty())
    username_ = exchange_->username();
  else if (username_ != exchange_->username())
    return fail(reason_code::not_authorized, "re-authentication of another user");
  exchange_ = nullptr;
  return {verdict::action::success, reason_code::success, std::move(answer.message), ""};
}

} // namespace troupe::mqtt

// The password of a resource towards those who use the API: they never see it.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/string.hpp>

#include <utility>

namespace troupe::rules {

inline constexpr const char* password_member = "password";
inline constexpr const char* hidden_password = "******"; // stands for the one that there is

/// As an answer shows a resource's configuration.
inline boost::json::object without_password(boost::json::object config) {
  auto* shown = config.if_contains(password_member);
  if (shown != nullptr && shown->is_string() && !shown->get_string().empty())
    *shown = hidden_password;
  return config;
}

/// Of a change that was made of such an answer: the password stays what it was.
inline void keep_password(boost::json::object& config, const boost::json::object& before) {
  auto* sent = config.if_contains(password_member);
  const auto* known = before.if_contains(password_member);
  if (sent != nullptr && known != nullptr && sent->is_string() && sent->get_string() == hidden_password)
    *sent = *known;
}

} // namespace troupe::rules

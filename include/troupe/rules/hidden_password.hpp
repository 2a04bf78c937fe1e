// The secrets of a resource towards those who use the API: they never see them.
#pragma once

#include "troupe/access/url_password.hpp"
#include "troupe/mqtt/words.hpp"

#include <boost/json/object.hpp>
#include <boost/json/string.hpp>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace troupe::rules {

inline constexpr const char* hidden_password = "******"; // stands for the one that there is

/// Whether a member of a configuration, or of its `headers`, holds a secret: `password`, and what HTTP
/// clients show who they are by. In any case.
inline bool holds_secret(std::string_view member) {
  static constexpr std::array<std::string_view, 5> names{"password", "authorization", "proxy-authorization",
                                                         "cookie", "x-api-key"};
  return std::any_of(names.begin(), names.end(),
                     [member](std::string_view name) { return mqtt::same_word(member, name); });
}

/// The text of a file that came in the place of its path, {"filename": …, "file": …}; null: it is none.
inline const boost::json::string* sent_text(const boost::json::value& v) {
  const auto* text = v.is_object() ? v.get_object().if_contains("file") : nullptr;
  return text == nullptr || !text->is_string() || text->get_string().empty() ? nullptr : &text->get_string();
}

/// As an answer shows a resource's configuration. Of a URL with a user's password everything else is shown.
inline boost::json::object without_password(boost::json::object config) {
  for (auto& [member, value] : config) {
    if (auto* headers = value.if_object(); headers != nullptr && member == "headers")
      value = without_password(std::move(*headers));
    else if (sent_text(value) != nullptr)
      value.get_object()["file"] = hidden_password; // it may be a key
    else if (value.is_string() && !value.get_string().empty() && holds_secret(member))
      value = hidden_password;
    else if (value.is_string())
      value = boost::json::string{access::with_url_password(value.get_string(), hidden_password)};
  }
  return config;
}

/// Of a change that was made of such an answer: the secrets stay what they were.
inline void keep_password(boost::json::object& config, const boost::json::object& before) {
  for (auto& [member, value] : config) {
    const auto* known = before.if_contains(member);
    if (known == nullptr)
      continue;
    const auto* sent = sent_text(value);
    const auto* kept = sent_text(*known);
    if (sent != nullptr && kept != nullptr && *sent == hidden_password)
      value.get_object()["file"] = *kept;
    else if (auto* headers = value.if_object(); headers != nullptr && known->is_object())
      keep_password(*headers, known->get_object());
    else if (value.is_string() && value.get_string() == hidden_password && holds_secret(member))
      value = *known;
    else if (value.is_string() && known->is_string() &&
             access::url_password(value.get_string()) == hidden_password)
      if (const auto password = access::url_password(known->get_string()); !password.empty())
        value = boost::json::string{access::with_url_password(value.get_string(), password)};
  }
}

} // namespace troupe::rules

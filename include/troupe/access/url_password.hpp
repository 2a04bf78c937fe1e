// The password in the user information of a URL.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace troupe::access {

/// The part of `text` that is the password of `scheme://user:password@host…` (RFC 3986 section 3.2.1); empty:
/// there is none, or it is no such URL.
inline std::string_view url_password(std::string_view text) noexcept {
  const auto scheme = text.find("://");
  if (scheme == std::string_view::npos)
    return {};
  auto user = text.substr(scheme + 3);
  user = user.substr(0, std::min(user.find_first_of("/?#"), user.size()));
  const auto at = user.rfind('@');
  if (at == std::string_view::npos)
    return {};
  user = user.substr(0, at);
  const auto colon = user.find(':');
  return colon == std::string_view::npos ? std::string_view{} : user.substr(colon + 1);
}

/// The URL with that password in the place of its own, if it has one.
inline std::string with_url_password(std::string_view text, std::string_view password) {
  const auto old = url_password(text);
  if (old.empty())
    return std::string{text};
  const auto begin = static_cast<std::size_t>(old.data() - text.data());
  return std::string{text.substr(0, begin)}.append(password).append(text.substr(begin + old.size()));
}

} // namespace troupe::access

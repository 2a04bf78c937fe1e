#include "shown_value.hpp"

#include "troupe/access/url_password.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>

namespace troupe::config {

namespace {

constexpr std::string_view hidden = "******";

// How segments of keys end whose values are secrets, or hold them.
constexpr std::string_view secret_endings[] = {"password",   "passwords",   "passwd", "secret", "secrets",
                                               "cookie",     "token",       "tokens", "params", "header",
                                               "credential", "credentials", "headers"};

// Keys that end so but hold no secrets: the names of headers.
constexpr std::string_view harmless_endings[] = {"proxy_address_header", "proxy_port_header"};

template <std::size_t n>
bool ends_in(std::string_view text, const std::string_view (&endings)[n]) {
  return std::any_of(std::begin(endings), std::end(endings), [text](auto e) { return text.ends_with(e); });
}

bool names_secret(std::string_view key) {
  if (ends_in(key, harmless_endings))
    return false;
  while (!key.empty()) {
    const auto dot = key.find('.');
    if (ends_in(key.substr(0, dot), secret_endings))
      return true;
    key = dot == std::string_view::npos ? std::string_view{} : key.substr(dot + 1);
  }
  return false;
}

// Whether `user:password@` may stand in it, elsewhere than before the host of a URL.
bool may_hold_password(std::string_view value) {
  const auto known = access::url_password(value);
  const auto end =
      known.empty() ? 0 : static_cast<std::size_t>(known.data() - value.data()) + known.size() + 1;
  const auto at = value.rfind('@');
  return at != std::string_view::npos && at >= end && value.substr(0, at).find(':') != std::string_view::npos;
}

// Of a URL: services take keys in its query.
std::string_view before_query(std::string_view text) {
  return text.find("://") == std::string_view::npos ? text : text.substr(0, text.find('?'));
}

} // namespace

std::string shown_value(std::string_view key, std::string_view value) {
  if (names_secret(key) || may_hold_password(value))
    return "the value";
  const auto shown = access::with_url_password(value, hidden);
  auto text = '"' + std::string{before_query(shown)};
  if (text.size() <= shown.size())
    text.append("?").append(hidden);
  return text + '"';
}

} // namespace troupe::config

#include "troupe/access/url.hpp"

#include "troupe/mqtt/hex.hpp"
#include "troupe/mqtt/words.hpp"

#include <algorithm>
#include <charconv>

namespace troupe::access {

namespace {

bool is_graphic(char c) noexcept { return c > ' ' && c < '\x7f'; }

bool take_scheme(std::string_view& text, std::string_view scheme) noexcept {
  const bool there = mqtt::same_word(text.substr(0, scheme.size()), scheme);
  text.remove_prefix(there ? scheme.size() : 0);
  return there;
}

// Up to the last '@', as the password is hidden (troupe/access/url_password.hpp).
bool take_credentials(std::string_view& server, std::string& out) {
  const auto at = server.rfind('@');
  if (at == std::string_view::npos)
    return true;
  const auto both = server.substr(0, at);
  const auto colon = std::min(both.find(':'), both.size());
  const auto user = percent_decode(both.substr(0, colon));
  const auto password = percent_decode(both.substr(std::min(colon + 1, both.size())));
  if (!user || !password)
    return false;
  out = both.empty() ? "" : *user + ":" + *password;
  server.remove_prefix(at + 1);
  return true;
}

bool take_prefix(std::string_view& text, std::string_view prefix) noexcept {
  const bool there = text.starts_with(prefix);
  text.remove_prefix(there ? prefix.size() : 0);
  return there;
}

// A name, an IPv4 address, or an IPv6 address in brackets.
std::optional<std::string_view> take_host(std::string_view& rest) noexcept {
  const bool bracket = take_prefix(rest, "[");
  const auto end = bracket ? rest.find(']') : std::min(rest.find(':'), rest.size());
  if (end == std::string_view::npos || end == 0)
    return {};
  const auto host = rest.substr(0, end);
  const auto stands = [bracket](char c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return letter || c == '.' || (bracket ? c == ':' : c == '-' || c == '_');
  };
  if (!std::all_of(host.begin(), host.end(), stands))
    return {};
  rest.remove_prefix(end + (bracket ? 1 : 0));
  return host;
}

std::optional<std::uint16_t> parse_port(std::string_view text) noexcept {
  std::uint16_t port = 0;
  const auto* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, port);
  return error == std::errc{} && at == end && port != 0 ? std::optional{port} : std::nullopt;
}

} // namespace

std::string url::authority() const {
  const bool six = host.find(':') != std::string::npos;
  return (six ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::optional<place> parse_place(std::string_view text, std::uint16_t usual_port) {
  const auto host = take_host(text);
  if (!host)
    return {};
  const auto port = take_prefix(text, ":") ? parse_port(text)
                    : text.empty()         ? std::optional{usual_port}
                                           : std::nullopt;
  return port ? std::optional<place>{{std::string{*host}, *port}} : std::nullopt;
}

std::vector<place> parse_places(std::string_view text, std::uint16_t usual_port) {
  std::vector<place> out;
  for (;;) {
    const auto comma = text.find(',');
    auto one = parse_place(mqtt::trimmed(text.substr(0, comma)), usual_port);
    if (!one)
      return {};
    out.push_back(std::move(*one));
    if (comma == std::string_view::npos)
      return out;
    text.remove_prefix(comma + 1);
  }
}

std::optional<url> parse_url(std::string_view text) {
  url out;
  out.secure = take_scheme(text, "https://");
  if (!out.secure && !take_scheme(text, "http://"))
    return {};
  if (!std::all_of(text.begin(), text.end(), is_graphic))
    return {};
  text = text.substr(0, text.find('#'));
  const auto slash = std::min(text.find_first_of("/?"), text.size());
  auto authority = text.substr(0, slash);
  if (!take_credentials(authority, out.credentials))
    return {};
  auto server = parse_place(authority, out.secure ? 443 : 80);
  if (!server)
    return {};
  out.host = std::move(server->host);
  out.port = server->port;
  out.target = text.substr(slash);
  if (!out.target.starts_with('/'))
    out.target.insert(out.target.begin(), '/');
  return out;
}

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    unsigned char byte = static_cast<unsigned char>(text.front());
    const bool encoded = byte == '%';
    if (encoded) {
      const auto* end = text.data() + std::min<std::size_t>(text.size(), 3);
      const auto [at, error] = std::from_chars(text.data() + 1, end, byte, 16);
      if (error != std::errc{} || at != text.data() + 3)
        return {};
    }
    out.push_back(plus_is_space && !encoded && byte == '+' ? ' ' : static_cast<char>(byte));
    text.remove_prefix(encoded ? 3 : 1);
  }
  return out;
}

std::string percent_encode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const bool unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                            c == '-' || c == '.' || c == '_' || c == '~';
    if (unreserved)
      out.push_back(c);
    else
      mqtt::append_hex(out += '%', c, mqtt::upper_hex);
  }
  return out;
}

} // namespace troupe::access

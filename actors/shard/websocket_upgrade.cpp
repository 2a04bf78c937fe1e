// The only place that sees Boost.Beast: it parses HTTP; frames are ours (websocket_frame.hpp).
#include "websocket_upgrade.hpp"

#include "troupe/mqtt/base64.hpp"
#include "troupe/mqtt/ip_network.hpp"

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/rfc7230.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <openssl/evp.h>

namespace troupe {

namespace beast = boost::beast;
namespace http = boost::beast::http;

namespace {

using request = http::request<http::empty_body>;

constexpr std::string_view reason_of(int status) {
  switch (status) {
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 426: return "Upgrade Required";
    case 431: return "Request Header Fields Too Large";
    default: return "Bad Request";
  }
}

bool same(std::string_view a, std::string_view b) { return beast::iequals(a, b); }

bool has_token(const request& r, http::field name, std::string_view token) {
  const auto [begin, end] = r.equal_range(name);
  return std::any_of(begin, end, [&](const auto& f) { return http::token_list{f.value()}.exists(token); });
}

// The value of a field that must stand there once, or empty.
std::string_view only(const request& r, http::field name) {
  const auto [begin, end] = r.equal_range(name);
  return begin != end && std::next(begin) == end ? std::string_view{begin->value()} : std::string_view{};
}

// Base64 of 16 bytes.
bool is_key(std::string_view key) {
  const auto digit = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
  };
  return key.size() == 24 && key.ends_with("==") && std::all_of(key.begin(), key.end() - 2, digit);
}

std::string accept_value(std::string_view key) {
  const std::string text = std::string{key} + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; // RFC 6455 section 1.3
  std::array<char, EVP_MAX_MD_SIZE> digest;
  unsigned size = 0;
  if (EVP_Digest(text.data(), text.size(), reinterpret_cast<unsigned char*>(digest.data()), &size, EVP_sha1(),
                 nullptr) != 1)
    throw std::runtime_error{"OpenSSL has no SHA-1"};
  return mqtt::to_base64({digest.data(), size});
}

bool origin_allowed(const request& r, const websocket_settings& rules) {
  if (!rules.check_origin_enable)
    return true;
  const auto origin = r.find(http::field::origin);
  if (origin == r.end())
    return rules.allow_origin_absence;
  return std::any_of(rules.check_origins.begin(), rules.check_origins.end(),
                     [&](const std::string& allowed) { return same(allowed, origin->value()); });
}

struct subprotocol {
  bool offered = false;
  std::string chosen; // as the client spells it; empty: none
};

// "mqtt" wherever it stands [MQTT-6.0.0-4], else the first that is supported.
subprotocol choose_subprotocol(const request& r, const websocket_settings& rules) {
  subprotocol result;
  const auto& known = rules.supported_subprotocols;
  const auto [begin, end] = r.equal_range(http::field::sec_websocket_protocol);
  for (auto f = begin; f != end; ++f)
    for (const std::string_view token : http::token_list{f->value()}) {
      result.offered = true;
      const bool supported =
          std::any_of(known.begin(), known.end(), [&](const std::string& k) { return same(k, token); });
      if (supported && (result.chosen.empty() || same(token, "mqtt")))
        result.chosen = token;
    }
  return result;
}

upgrade_answer refuse(int status, const char* detail, std::string_view fields = {}) {
  upgrade_answer a;
  a.response.append("HTTP/1.1 ").append(std::to_string(status)).append(" ").append(reason_of(status));
  a.response.append("\r\n").append(fields).append("Connection: close\r\nContent-Length: 0\r\n\r\n");
  a.detail = detail;
  return a;
}

upgrade_answer accept(std::string_view key, std::string_view protocol) {
  upgrade_answer a;
  a.accepted = true;
  a.response = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
               "Sec-WebSocket-Accept: " +
               accept_value(key) + "\r\n";
  if (!protocol.empty())
    a.response.append("Sec-WebSocket-Protocol: ").append(protocol).append("\r\n");
  a.response += "\r\n";
  return a;
}

// The leftmost word of a header's list, each proxy adding its own behind; nothing without such a header.
std::optional<std::string_view> leftmost(const request& r, const std::string& name) {
  if (name.empty())
    return std::nullopt;
  const auto [begin, end] = r.equal_range(name);
  if (begin == end)
    return std::nullopt;
  const std::string_view list{begin->value()};
  const auto first = list.find_first_not_of(", \t");
  return first == std::string_view::npos ? std::string_view{}
                                         : list.substr(first, list.find_first_of(", \t", first) - first);
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), port);
  const bool whole = failed == std::errc{} && end == text.data() + text.size();
  return whole && port != 0 ? std::optional{port} : std::nullopt;
}

void note_client(const request& r, const websocket_settings& rules, upgrade_answer& a) {
  if (const auto text = leftmost(r, rules.proxy_port_header)) {
    a.client_port = parse_port(*text);
    if (!a.client_port)
      a.doubt = "no port in proxy_port_header: the socket's counts";
  }
  if (const auto text = leftmost(r, rules.proxy_address_header)) {
    if (const auto address = mqtt::parse_ip(*text))
      a.client_host = mqtt::to_string(*address);
    else
      a.doubt = "no IP address in proxy_address_header: the socket's counts";
  }
}

// The path of a target in origin form, or in the absolute form that RFC 6455 section 4.2.1 allows as well.
std::string_view path_of(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"})
    if (same(target.substr(0, scheme.size()), scheme)) {
      target.remove_prefix(scheme.size());
      const auto host = target.substr(0, target.find_first_of("/?"));
      if (host.empty())
        return {};
      target.remove_prefix(host.size());
      const auto path = target.substr(0, target.find('?'));
      return path.empty() ? "/" : path; // RFC 9110 section 4.2.3
    }
  return target.substr(0, target.find('?'));
}

upgrade_answer answer(const request& r, const websocket_settings& rules) {
  const auto path = path_of(r.target());
  if (path.empty() || path != rules.mqtt_path)
    return refuse(404, "another path than mqtt_path");
  if (r.version() != 11 || r.method() != http::verb::get || only(r, http::field::host).empty())
    return refuse(400, "no GET of HTTP/1.1 with a Host");
  if (!has_token(r, http::field::connection, "upgrade") || !has_token(r, http::field::upgrade, "websocket"))
    return refuse(426, "no upgrade to WebSocket", "Upgrade: websocket\r\n");
  if (only(r, http::field::sec_websocket_version) != "13")
    return refuse(426, "a version other than 13", "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n");
  const auto key = only(r, http::field::sec_websocket_key);
  if (!is_key(key))
    return refuse(400, "no key of 16 bytes");
  if (!origin_allowed(r, rules))
    return refuse(403, "an origin that is not in check_origins");
  const auto protocol = choose_subprotocol(r, rules);
  if (rules.verify_protocol_header) {
    if (protocol.offered && protocol.chosen.empty())
      return refuse(400, "no subprotocol that is supported");
    if (!protocol.offered && rules.fail_if_no_subprotocol)
      return refuse(400, "no subprotocol");
  }
  auto accepted = accept(key, protocol.chosen);
  note_client(r, rules, accepted);
  return accepted;
}

} // namespace

upgrade_answer answer_upgrade(std::string_view text, const websocket_settings& rules) {
  http::request_parser<http::empty_body> parser;
  parser.header_limit(2 * max_upgrade_request); // the caller has counted
  beast::error_code failed;
  parser.put(boost::asio::buffer(text.data(), text.size()), failed);
  if (failed || !parser.is_header_done())
    return refuse(400, "bad HTTP");
  if (parser.chunked() || parser.content_length().value_or(0) > 0)
    return refuse(400, "a request with a body");
  return answer(parser.get(), rules);
}

upgrade_answer refuse_upgrade(int status, const char* detail) { return refuse(status, detail); }

bool may_begin_upgrade(char first) noexcept { return first >= 'A' && first <= 'Z'; }

} // namespace troupe

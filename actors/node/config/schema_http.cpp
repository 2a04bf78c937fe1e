// The settings of the HTTP API.
#include "schema.hpp"
#include "setters.hpp"

namespace troupe::config {

namespace {

using m = management_settings;
using h = http_listener_settings;

setter<settings> address(h m::*which) {
  return [which](settings& s, std::string_view v) -> const char* {
    auto& l = s.management.*which;
    l.enabled = v != "off";
    if (!l.enabled)
      return nullptr;
    const auto a = parse_address(v);
    if (!a)
      return "off, a port, or an address with a port";
    l.address = a->host.empty() ? "0.0.0.0" : a->host;
    l.port = a->port;
    l.listen_on = v;
    return nullptr;
  };
}

const char* set_cors_origin(settings& s, std::string_view v) {
  if (v != "*" && !v.empty() && !v.starts_with("http://") && !v.starts_with("https://"))
    return "*, or an origin such as https://example.com";
  if (v.find_first_of(" \r\n\t") != std::string_view::npos)
    return "one origin";
  s.management.cors_origin = v;
  return nullptr;
}

void add_listener(std::vector<row<settings>>& to, const std::string& key, h m::*which,
                  const char* default_text, const char* description) {
  using s = settings;
  to.push_back({key, address(which), default_text, description});
  to.push_back({key + ".acceptors",
                integer<s>(1, 64, "an integer from 1 to 64", &s::management, which, &h::acceptors), "2",
                "Kept for EMQ X; one serves"});
  to.push_back({key + ".max_clients",
                integer<s>(1, 1'000'000, "an integer from 1 on", &s::management, which, &h::max_clients),
                "512", "HTTP connections at most"});
  to.push_back({key + ".backlog",
                integer<s>(1, 65535, "an integer from 1 to 65535", &s::management, which, &h::backlog), "512",
                "Connections that wait to be accepted"});
}

// Those of the TLS settings that EMQ X has for its API.
void add_tls(std::vector<row<settings>>& to, const std::string& key) {
  static constexpr std::string_view names[] = {"certfile",   "keyfile",     "key_password",
                                               "cacertfile", "verify",      "fail_if_no_peer_cert",
                                               "ciphers",    "tls_versions"};
  for (const auto& r : tls_rows())
    for (const auto name : names)
      if (r.key == name)
        to.push_back({key + "." + r.key,
                      [set = r.set](settings& s, std::string_view v) { return set(s.management.tls, v); },
                      r.default_text, r.description});
}

} // namespace

std::span<const row<settings>> http_rows() {
  using s = settings;
  static const std::vector<row<settings>> rows = [] {
    std::vector<row<settings>> all{
        {"management.max_row_limit",
         integer<s>(1, 100'000'000, "an integer from 1 on", &s::management, &m::max_row_limit), "10000",
         "Rows of a page when a request does not say"},
        {"management.default_application.id", text<s>(&s::management, &m::application_id), "admin",
         "AppID of the default application; empty: there is none"},
        {"management.default_application.secret", text<s>(&s::management, &m::application_secret), "public",
         "Its secret, never empty"},
        {"management.application.default_secret", text<s>(&s::management, &m::default_secret), "",
         "Secret of applications that are made without one; unset: a random one each"},
        {"management.cors_origin", set_cors_origin, "",
         "Origin of web pages that may use the API; *: any, unset: none"},
    };
    add_listener(all, "management.listener.http", &m::http, "8081",
                 "Port, or address and port, of the HTTP API; off: none");
    add_listener(all, "management.listener.https", &m::https, "off", "The same over TLS");
    add_tls(all, "management.listener.https");
    return all;
  }();
  return rows;
}

} // namespace troupe::config

// Setters that the plugins of authentication with back ends share.
#pragma once

#include "schema.hpp"
#include "setters.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace troupe::config {

/// A switch with two words.
template <class... Path>
setter<settings> one_of(std::string_view on, std::string_view off, const char* expected, Path... path) {
  return [=](settings& to, std::string_view v) -> const char* {
    if (v != on && v != off)
      return expected;
    field(to, path...) = v == on;
    return nullptr;
  };
}

/// Whether a server has to show who it is; EMQ X's emqx_web_hook up to 4.2 says it by a switch.
template <class... Path>
setter<settings> peer_check(Path... path) {
  return [=](settings& to, std::string_view v) -> const char* {
    const bool on = v == "verify_peer" || v == "true";
    if (!on && v != "verify_none" && v != "false")
      return "verify_peer or verify_none";
    field(to, path...) = on;
    return nullptr;
  };
}

/// The settings of a TLS connection to a server outside.
template <class... Path>
void add_tls(std::vector<row<settings>>& rows, const std::string& head, Path... path) {
  rows.push_back({head + "cacertfile", text<settings>(path..., &outgoing_tls::cacertfile), "",
                  "Certificates to trust; unset: those that the system trusts"});
  rows.push_back(
      {head + "certfile", text<settings>(path..., &outgoing_tls::certfile), "", "Certificate to show"});
  rows.push_back({head + "keyfile", text<settings>(path..., &outgoing_tls::keyfile), "", "Its key"});
  rows.push_back({head + "verify", peer_check(path..., &outgoing_tls::verify_peer), "verify_peer",
                  "verify_none: talk to whoever answers"});
}

/// Those of the databases and the directory; of schema_databases.cpp.
std::vector<row<settings>> database_rows();

} // namespace troupe::config

#include "access.hpp"

#include "../../actors/tls/development_certificate.hpp"

namespace troupe::ctl {

namespace {

std::string url_of(const char* scheme, const http_listener_settings& l) {
  const bool any = l.address == "0.0.0.0" || l.address == "::";
  const std::string host = any ? "127.0.0.1" : l.address;
  const bool six = host.find(':') != std::string::npos;
  return scheme + (six ? "[" + host + "]" : host) + ":" + std::to_string(l.port);
}

} // namespace

std::optional<access> complete_access(access asked, const settings& config, std::string& problem) {
  const auto& m = config.management;
  if (asked.url.empty() && m.http.enabled) {
    asked.url = url_of("http://", m.http);
  } else if (asked.url.empty() && m.https.enabled) {
    asked.url = url_of("https://", m.https);
    if (asked.cacertfile.empty())
      asked.certificate =
          !m.tls.certfile.empty() ? m.tls.certfile : development_certfile(config.node.data_dir + "/certs");
  } else if (asked.url.empty()) {
    problem = "management.listener.http and management.listener.https are off: name the API by --url";
    return {};
  }
  if (asked.id.empty())
    asked.id = m.application_id;
  if (asked.secret.empty())
    asked.secret = m.application_secret;
  return asked;
}

} // namespace troupe::ctl

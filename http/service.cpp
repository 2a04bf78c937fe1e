#include "troupe/http/service.hpp"

#include "../actors/tls/tls_context.hpp"
#include "troupe/actors/log.hpp"
#include "troupe/http/api.hpp"

namespace troupe {

namespace {

constexpr const char* http_key = "management.listener.http";
constexpr const char* https_key = "management.listener.https";

} // namespace

service::service(std::shared_ptr<const settings> config) : config_(std::move(config)), broker_(config_) {}

std::string service::start() {
  std::string error = broker_.start();
  if (error.empty())
    error = start_http();
  if (!error.empty())
    stop(std::chrono::seconds{2}); // of clients that were quick
  return error;
}

std::string service::start_http() {
  const auto& m = config_->management;
  if (m.https.enabled) {
    std::string error;
    tls_ = broker_.make_tls(m.tls, https_key, error);
    if (!error.empty())
      return std::string{https_key} + ": " + error;
  }
  const auto plain = http_server::make_figures(m.http), secure = http_server::make_figures(m.https, true);
  std::vector<std::shared_ptr<const http_listener_figures>> shown;
  if (m.http.enabled)
    shown.push_back(plain);
  if (m.https.enabled)
    shown.push_back(secure);
  if (shown.empty())
    return {};
  const auto& who = broker_.node().actors;
  auto api = spawn_api(broker_.system(), std::make_shared<const directory>(who), config_, shown);
  const auto listen = [&](std::unique_ptr<http_server>& to, const char* key,
                          const http_listener_settings& where,
                          const std::shared_ptr<http_listener_figures>& figures,
                          const std::shared_ptr<tls_context>& tls) -> std::string {
    if (!where.enabled)
      return {};
    auto started = http_server::start(broker_.system(), api, who.apps, config_, where, figures, tls);
    to = std::move(started.server);
    if (to)
      log::info("Start {} listener on {} successfully.", figures->protocol, where.listen_on);
    return to ? std::string{} : std::string{key} + ": " + started.error;
  };
  auto error = listen(http_, http_key, m.http, plain, nullptr);
  return error.empty() ? listen(https_, https_key, m.https, secure, tls_) : error;
}

void service::reload_certificates() {
  broker_.reload_certificates();
  if (!tls_)
    return;
  if (const auto error = tls_->reload(); error.empty())
    log::info("[TLS] {} has loaded its certificates again", https_key);
  else
    log::error("[TLS] {} keeps its certificates: {}", https_key, error);
}

void service::stop(std::chrono::milliseconds patience) {
  using clock = std::chrono::steady_clock;
  const auto end = clock::now() + patience;
  for (auto* server : {http_.get(), https_.get()})
    if (server)
      server->stop(patience / 8); // what waits for longer, as for a shard that is silent, gets no answer
  broker_.stop(std::chrono::duration_cast<std::chrono::milliseconds>(end - clock::now()));
}

} // namespace troupe

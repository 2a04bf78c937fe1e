#include "troupe/http/service.hpp"

#include "troupe/actors/log.hpp"
#include "troupe/http/api.hpp"

namespace troupe {

service::service(std::shared_ptr<const settings> config) : config_(std::move(config)), broker_(config_) {}

std::string service::start() {
  std::string error = broker_.start();
  if (error.empty() && config_->management.http_enabled)
    error = start_http();
  if (!error.empty())
    broker_.stop({});
  return error;
}

std::string service::start_http() {
  auto figures = http_server::make_figures(*config_);
  auto api = spawn_api(broker_.system(), std::make_shared<const directory>(broker_.node().actors), config_,
                       {figures});
  auto started = http_server::start(broker_.system(), api, broker_.node().actors.apps, config_, figures);
  http_ = std::move(started.server);
  if (http_)
    log::info("Start http:management listener on {} successfully.", config_->management.http_listen_on);
  return started.error;
}

void service::stop(std::chrono::milliseconds patience) {
  if (http_)
    http_->stop();
  broker_.stop(patience);
}

} // namespace troupe

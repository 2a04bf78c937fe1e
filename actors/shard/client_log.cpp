// The client actor's log lines: `<clientid>@<peername> [Channel] …` (reference/observability.md section 6).
#include "client.hpp"
#include "troupe/actors/log.hpp"

namespace troupe {

std::string client::log_name() const {
  const auto address = peer_.host + ':' + std::to_string(peer_.port);
  if (publisher_)
    return log::printable(publisher_->client_id) + '@' + address;
  return request_ ? log::printable(request_->client_id) + '@' + address : address;
}

void client::log_connected() const {
  if (!log::wants(log::severity::info))
    return;
  const auto version = channel_.version() == mqtt::protocol_version::v5     ? "5.0"
                       : channel_.version() == mqtt::protocol_version::v311 ? "3.1.1"
                                                                            : "3.1";
  log::info("{} [Channel] connected by MQTT {} to {}", log_name(), version, listener_.listen_on);
}

void client::log_disconnected(shutdown_reason why) const {
  if (log::wants(log::severity::info))
    log::info("{} [Channel] disconnected: {}", log_name(), why);
}

void client::log_problem(std::string_view reason, std::string_view detail) {
  if (home().may_complain())
    log::warning("{} [Channel] {}: {}", log_name(), reason, detail);
}

} // namespace troupe

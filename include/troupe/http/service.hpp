// The broker with its HTTP API: what the program runs, and what a test can run inside of its own process.
#pragma once

#include "troupe/actors/broker.hpp"
#include "troupe/http/server.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace troupe {

class service {
public:
  explicit service(std::shared_ptr<const settings> config);

  /// Starts the broker, then the HTTP listeners that there are. Empty, or why not; all is stopped then.
  std::string start();

  /// As broker::reload_certificates, and those of the HTTPS listener.
  void reload_certificates();

  /// Lets requests that are being answered finish, for a quarter of `patience` at most, and stops the broker
  /// in what is left of it, as broker::stop.
  void stop(std::chrono::milliseconds patience);

private:
  std::string start_http();

  std::shared_ptr<const settings> config_;
  broker broker_;
  std::shared_ptr<tls_context> tls_; // of https_
  std::unique_ptr<http_server> http_, https_;
};

} // namespace troupe

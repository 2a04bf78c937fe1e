// The HTTP listener of the management API: framing, credentials and threads. What a request means is the API
// actor's business (api.hpp).
#pragma once

#include "troupe/actors/interfaces.hpp"
#include "troupe/http/api.hpp"

#include <caf/fwd.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace troupe {

class tls_context;
struct http_listener_settings;

/// A running listener of the management API. Stops when destroyed.
class http_server {
public:
  /// Either a server, or the reason why there is none, such as "cannot listen on 8081: Address already in
  /// use".
  struct started {
    std::unique_ptr<http_server> server;
    std::string error;
  };

  /// What `/listeners` will show of this listener; for `spawn_api` and `start`.
  static std::shared_ptr<http_listener_figures> make_figures(const http_listener_settings& where,
                                                             bool secure = false);

  /// Listens as `where` says (port 0: any free one) and serves until `stop`. Requests go to `api` when `apps`
  /// knows who asks. With `tls` it speaks HTTPS.
  static started start(caf::actor_system& system, api_actor api, apps_actor apps,
                       std::shared_ptr<const settings> config, const http_listener_settings& where,
                       std::shared_ptr<http_listener_figures> figures,
                       std::shared_ptr<const tls_context> tls = nullptr);

  ~http_server();
  http_server(const http_server&) = delete;
  http_server& operator=(const http_server&) = delete;

  /// The port that it listens on.
  std::uint16_t port() const noexcept;

  /// Closes the listener, and returns when the requests that are being answered have their answers, or after
  /// `patience`; the destructor waits for the rest. The actor system must still run. Later calls only wait.
  void stop(std::chrono::milliseconds patience);

private:
  class implementation;
  explicit http_server(std::unique_ptr<implementation> i);

  std::unique_ptr<implementation> implementation_;
};

} // namespace troupe

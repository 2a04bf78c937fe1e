// The HTTP API as an actor: requests in, answers out. It knows nothing of sockets (server.hpp does).
#pragma once

#include "troupe/actors/directory.hpp"
#include "troupe/actors/interfaces.hpp"

#include <caf/fwd.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace troupe {

struct settings;

/// What `/listeners` shows of an HTTP listener. The server counts, the API reads; all but `connections` is
/// fixed before both start.
struct http_listener_figures {
  std::string protocol = "http:management";
  std::string listen_on; // as configured: "8081" or "127.0.0.1:8081"
  std::uint64_t acceptors = 2;
  std::uint64_t max_clients = 512;
  std::atomic<std::uint64_t> connections{0}; // now
};

/// Starts the actor that answers HTTP requests. `where` and `config` must be complete; `listeners` are the
/// HTTP listeners of this node, in the order in which `/listeners` shows them.
api_actor spawn_api(caf::actor_system& system, std::shared_ptr<const directory> where,
                    std::shared_ptr<const settings> config,
                    std::vector<std::shared_ptr<const http_listener_figures>> listeners);

} // namespace troupe

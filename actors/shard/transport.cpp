#include "transport.hpp"

#include "socket_transport.hpp"
#include "troupe/actors/log.hpp"
#include "troupe/actors/node_context.hpp"

namespace troupe {

std::shared_ptr<transport> make_transport(shard& home, const listener_context& listener, connection from) {
  try {
    return make_tcp_transport(home, from);
  } catch (const std::exception& e) {
    log::warning("[Listener] {} loses a connection: {}", listener.listen_on, e.what());
    return nullptr;
  }
}

} // namespace troupe

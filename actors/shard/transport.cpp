#include "transport.hpp"

#include "socket_transport.hpp"
#include "troupe/actors/log.hpp"
#include "troupe/actors/node_context.hpp"
#include "websocket_transport.hpp"

namespace troupe {

std::shared_ptr<transport> make_transport(shard& home, const listener_context& listener, connection from) {
  try {
    auto stream = listener.tls == nullptr
                      ? make_tcp_transport(home, from, listener.proxy_timeout)
                      : make_tls_transport(home, *listener.tls, from, listener.proxy_timeout);
    if (listener.websocket == nullptr)
      return stream;
    return make_websocket_transport(home, *listener.websocket, milliseconds{listener.zone->idle_timeout},
                                    std::move(stream), std::move(from.websocket));
  } catch (const std::exception& e) {
    if (home.may_complain())
      log::warning("[Listener] {} loses a connection: {}", listener.listen_on, e.what());
    return nullptr;
  }
}

void log_problem(shard& home, std::string_view layer, const peer_address& peer, std::string_view what) {
  if (home.may_complain())
    log::warning("{} {}:{} {}", layer, peer.host, peer.port, what);
}

} // namespace troupe

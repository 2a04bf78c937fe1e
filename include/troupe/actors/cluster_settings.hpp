// Settings of links to other nodes (reference/config.md section 2).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe {

/// node.cookie as it is shipped: everybody knows it.
inline constexpr std::string_view default_cookie = "emqxsecretcookie";

/// Another node, as settings name it.
struct peer_place {
  std::string node;       // its name, name@host
  std::string host;       // what stands behind the @
  std::uint16_t port = 0; // 0: rpc.tcp_client_port
};

/// `name@host` or `name@host:port`; nothing: it is neither.
std::optional<peer_place> parse_peer(std::string_view text);

/// `node.cookie`, `cluster.*` and `rpc.*`.
struct cluster_settings {
  enum class listening : std::uint8_t { off, outgoing, address };

  std::string cookie{default_cookie};
  std::string name = "emqxcl";
  bool static_discovery = false;     // cluster.discovery
  std::vector<peer_place> seeds;     // cluster.static.seeds
  listening listen = listening::off; // Troupe's own: cluster.listen
  std::string address;               // likewise
  std::uint16_t port = 0;            // likewise; 0: server_port
  std::uint16_t server_port = 5369;  // rpc.tcp_server_port
  std::uint16_t client_port = 5369;  // rpc.tcp_client_port: where other nodes listen
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds authentication_timeout{5'000};
  std::chrono::milliseconds call_receive_timeout{15'000};
  std::chrono::milliseconds silence{10'000}; // node.dist_net_ticktime: who says nothing for so long is lost

  bool to_seeds() const noexcept { return static_discovery && !seeds.empty(); }

  /// Whether there is anything of the cluster at all.
  bool enabled() const noexcept { return listen != listening::off || to_seeds(); }
};

} // namespace troupe

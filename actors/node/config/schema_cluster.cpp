// The settings of links to other nodes: node.cookie, cluster.* and rpc.*.
#include "setters.hpp"
#include "troupe/access/url.hpp"
#include "troupe/mqtt/ip_network.hpp"
#include "troupe/mqtt/peer_proof.hpp"
#include "troupe/mqtt/words.hpp"

namespace troupe::config {

namespace {

using s = settings;
using c = cluster_settings;

const char* set_cookie(settings& to, std::string_view v) {
  to.cluster.cookie = v;
  return v.empty() ? "a text that the nodes share" : nullptr;
}

const char* set_cluster_name(settings& to, std::string_view v) {
  to.cluster.name = v;
  return v.empty() || v.size() > mqtt::longest_peer_name ? "a name of at most 255 bytes" : nullptr;
}

const char* set_discovery(settings& to, std::string_view v) {
  to.cluster.static_discovery = v == "static";
  return v == "static" || v == "manual" ? nullptr : "manual or static: this version has no other";
}

const char* set_proto_dist(settings&, std::string_view v) {
  return v == "inet_tcp" ? nullptr : "inet_tcp: links have no TLS in this version";
}

const char* set_seeds(settings& to, std::string_view v) {
  to.cluster.seeds.clear();
  while (!v.empty()) {
    auto seed = parse_peer(mqtt::take_part(v));
    if (!seed)
      return "nodes between commas, each name@host or name@host:port";
    to.cluster.seeds.push_back(std::move(*seed));
  }
  return nullptr;
}

const char* set_listen(settings& to, std::string_view v) {
  auto& cluster = to.cluster;
  cluster.listen = v == "off"        ? c::listening::off
                   : v == "outgoing" ? c::listening::outgoing
                                     : c::listening::address;
  if (cluster.listen != c::listening::address)
    return nullptr;
  const auto at = access::parse_place(v, 0);
  if (!at || !mqtt::parse_ip(at->host))
    return "off, outgoing, or an IP address, perhaps with a port";
  cluster.address = at->host;
  cluster.port = at->port;
  return nullptr;
}

setter<settings> port(std::uint16_t c::*member) {
  return integer<s>(1, 65535, "a port", &s::cluster, member);
}

} // namespace

std::span<const row<settings>> cluster_rows() {
  static const std::vector<row<settings>> rows{
      {"node.cookie", set_cookie, std::string{default_cookie},
       "What nodes that link know of each other: each proves it, and it never travels"},
      {"node.dist_net_ticktime", period<s>(&s::cluster, &c::silence), "10s",
       "A linked node that is silent for so long is lost"},
      {"cluster.name", set_cluster_name, "emqxcl", "Nodes of another cluster are refused"},
      {"cluster.discovery", set_discovery, "manual", "static: keep a link to each of the seeds"},
      {"cluster.static.seeds", set_seeds, "", "Other nodes between commas, each name@host or name@host:port"},
      {"cluster.proto_dist", set_proto_dist, "inet_tcp",
       "Only this: links are authenticated but not encrypted"},
      {"cluster.listen", set_listen, "off",
       "IP address where other nodes link; outgoing: none, but this node may link to others (Troupe's own)"},
      {"rpc.tcp_server_port", port(&c::server_port), "5369", "Port where other nodes link"},
      {"rpc.tcp_client_port", port(&c::client_port), "5369", "Port of other nodes whose address has none"},
      {"rpc.connect_timeout", period<s>(&s::cluster, &c::connect_timeout), "5s", "Time for a connection"},
      {"rpc.authentication_timeout", period<s>(&s::cluster, &c::authentication_timeout), "5s",
       "Time for each step of the proof"},
      {"rpc.call_receive_timeout", period<s>(&s::cluster, &c::call_receive_timeout), "15s",
       "Time for the answer to a batch of messages; then the link is made anew"},
  };
  return rows;
}

std::string check_cluster(const settings& config) {
  const auto& cluster = config.cluster;
  if (cluster.static_discovery && cluster.seeds.empty())
    return "cluster.discovery = static needs cluster.static.seeds";
  for (const auto& seed : cluster.seeds)
    if (cluster.to_seeds() && seed.node == config.node.name)
      return "cluster.static.seeds names this node itself";
  if (cluster.listen != c::listening::address || cluster.cookie != default_cookie)
    return {};
  const auto address = mqtt::parse_ip(cluster.address);
  for (const char* loopback : {"127.0.0.0/8", "::1"})
    if (address && mqtt::ip_network::parse(loopback)->contains(*address))
      return {};
  return "cluster.listen beyond the loopback interface needs a node.cookie of its own";
}

} // namespace troupe::config

namespace troupe {

std::optional<peer_place> parse_peer(std::string_view text) {
  const auto at = text.find('@');
  if (at == 0 || at == std::string_view::npos || text.size() > mqtt::longest_peer_name)
    return {};
  const auto place = access::parse_place(text.substr(at + 1), 0);
  if (!place)
    return {};
  const auto name = text.substr(0, place->port == 0 ? text.size() : text.rfind(':'));
  return peer_place{std::string{name}, place->host, place->port};
}

} // namespace troupe

#include "schema.hpp"

#include <set>

namespace troupe::config {

namespace {

void check_tls(const std::string& key, const tls_settings& tls, std::vector<mismatch>& out) {
  const auto require = [&](bool fine, const std::string& what, const char* lacks) {
    if (!fine)
      out.push_back({key + what, std::string{"needs "} + lacks});
  };
  require(tls.keyfile.empty() || !tls.certfile.empty(), ".keyfile", "certfile");
  require(!tls.verify_peer || !tls.cacertfile.empty(), ".verify", "cacertfile");
  require(tls.crlfile.empty() || tls.verify_peer, ".crlfile", "verify = verify_peer");
  for (const auto& [name, host] : tls.sni)
    require(!host.host.empty() && !host.certfile.empty(), ".sni." + name + ".host", "a value and certfile");
}

void check_listeners(const settings& config, std::vector<mismatch>& out) {
  std::set<std::string> taken;
  for (const auto& l : config.listeners) {
    const std::string key = l.key();
    if (!config.zones.contains(l.zone))
      out.push_back({key + ".zone", "there is no zone \"" + l.zone + "\""});
    if (l.secure())
      check_tls(key, l.tls, out);
    if ((l.port != 0 || !l.path.empty()) &&
        !taken.insert(l.path + l.address + ":" + std::to_string(l.port)).second)
      out.push_back({key, "another listener has the address " + l.listen_on});
  }
}

} // namespace

std::vector<mismatch> mismatches(const settings& config) {
  std::vector<mismatch> out;
  for (const auto& [number, s] : config.auto_subscriptions)
    if (s.topic.empty())
      out.push_back({"module.subscription." + std::to_string(number) + ".topic", "is missing"});
  if (auto problem = check_cluster(config); !problem.empty())
    out.push_back({"cluster", std::move(problem)});
  if (auto problem = check_redis(config.auth_redis.where); !problem.empty())
    out.push_back({"auth.redis.type", std::move(problem)});
  if (const auto& m = config.management; m.https.enabled)
    check_tls("management.listener.https", m.tls, out);
  check_listeners(config, out);
  return out;
}

} // namespace troupe::config

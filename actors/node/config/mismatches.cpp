#include "schema.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>

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

// The TCP addresses that are given so far. Those that the system chooses never clash.
class taken_addresses {
public:
  // False: another has it, or all of its host's addresses.
  bool take(const std::string& address, std::uint16_t port) {
    if (port == 0)
      return true;
    auto& others = by_port_[port];
    const bool clashes = std::any_of(others.begin(), others.end(), [&](const std::string& other) {
      return other == address || has(other, address) || has(address, other);
    });
    others.insert(address);
    return !clashes;
  }

private:
  // `::` takes connections to IPv4 addresses, too.
  static bool has(const std::string& all, const std::string& address) {
    return all == "::" || (all == "0.0.0.0" && address.find(':') == std::string::npos);
  }

  std::map<std::uint16_t, std::set<std::string>> by_port_;
};

void check_listeners(const settings& config, std::vector<mismatch>& out) {
  std::set<std::string> paths;
  taken_addresses taken;
  const auto& m = config.management;
  const std::pair<const char*, const http_listener_settings&> apis[] = {
      {"management.listener.http", m.http}, {"management.listener.https", m.https}};
  for (const auto& [key, api] : apis)
    if (api.enabled && !taken.take(api.address, api.port))
      out.push_back({key, "another listener has the address " + api.listen_on});
  for (const auto& l : config.listeners) {
    const std::string key = l.key();
    if (!config.zones.contains(l.zone))
      out.push_back({key + ".zone", "there is no zone \"" + l.zone + "\""});
    if (l.secure())
      check_tls(key, l.tls, out);
    if (!(l.path.empty() ? taken.take(l.address, l.port) : paths.insert(l.path).second))
      out.push_back({key, "another listener has the address " + l.listen_on});
  }
}

// Nobody could use the API: HTTP has no credentials with an empty password.
void check_application(const management_settings& m, std::vector<mismatch>& out) {
  const bool used = m.http.enabled || m.https.enabled;
  if (used && !m.application_id.empty() && m.application_secret.empty())
    out.push_back({"management.default_application.secret",
                   "needs a value, or management.default_application.id has to be empty, too"});
}

std::string percent_text(double n) {
  auto digits = std::to_string(n);
  digits.erase(digits.find_last_not_of('0') + 1);
  if (digits.ends_with('.'))
    digits.pop_back();
  return digits + '%';
}

// With the lower one above the other an alarm would come and go at each look.
void check_watermarks(const watch_settings& w, std::vector<mismatch>& out) {
  const std::tuple<const char*, double, double> pairs[] = {
      {"os_mon.cpu", w.cpu_high, w.cpu_low},
      {"vm_mon.process", w.actors_high, w.actors_low},
      {"vm_mon.fd", w.descriptors_high, w.descriptors_low}};
  for (const auto& [name, high, low] : pairs)
    if (high < low) {
      const std::string key = name;
      out.push_back(
          {key + "_high_watermark", "is below " + key + "_low_watermark, which is " + percent_text(low)});
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
  check_application(config.management, out);
  if (const auto& m = config.management; m.https.enabled)
    check_tls("management.listener.https", m.tls, out);
  check_listeners(config, out);
  check_watermarks(config.watch, out);
  return out;
}

} // namespace troupe::config

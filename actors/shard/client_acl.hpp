// What a connection that is checked by access rules keeps for it.
#pragma once

#include "troupe/access/acl_cache.hpp"
#include "troupe/actors/config.hpp"
#include "troupe/mqtt/ip_network.hpp"

#include <optional>

namespace troupe {

struct access_view {
  access_view(const acl_settings& config, std::optional<mqtt::ip_address> peer)
      : cache(config.cache_max_size, config.cache_ttl.count()), address(peer), remembers(config.cache) {}

  access::acl_cache cache;
  std::optional<mqtt::ip_address> address; // nothing: a name that is none
  bool remembers;                          // enable_acl_cache
};

} // namespace troupe

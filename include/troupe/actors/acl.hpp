// Access control lists: what the shards decide by.
#pragma once

#include "troupe/access/acl_decider.hpp"
#include "troupe/actors/config.hpp"
#include "troupe/actors/interfaces.hpp"

#include <caf/fwd.hpp>

#include <memory>
#include <string>
#include <vector>

namespace troupe {

/// The rules of `acl_file`, or what is wrong with it.
struct loaded_acl_file {
  std::shared_ptr<const access::acl_decider> rules; // null: there are errors
  std::size_t count = 0;                            // rules
  std::vector<std::string> errors;                  // "conf/acl.conf:12: expected ..."
};

/// Reads and compiles the file. Where the default file is missing, the rules are those that EMQ X ships.
loaded_acl_file read_acl_file(const acl_settings& config);

/// Starts with `file`, which the shards decide by already; null: the module is off.
acl_actor spawn_acl(caf::actor_system& system, const acl_settings& config, std::vector<router_actor> routers,
                    std::shared_ptr<const access::acl_decider> file);

} // namespace troupe

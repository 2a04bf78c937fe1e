// Messages of access control: the rules that the shards decide by, and what connections remember of them.
#pragma once

#include "troupe/access/acl_cache.hpp"
#include "troupe/access/acl_decider.hpp"
#include "troupe/actors/message_type.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace troupe {

/// Decide by these from now on. What connections remember stays until its time is over, as with EMQ X.
struct use_acl {
  std::shared_ptr<const access::acl_chain> chain;
};

/// The module emqx_mod_acl_internal: the rules of the file.
struct load_acl_file {
  enum class kind : std::uint8_t {
    load,            // read it; a bad file is answered by code 102, and nothing has changed
    reload,          // read it again if it is loaded; a bad file is logged, and the rules stay
    reload_strictly, // the same, but a bad file is answered by code 102, and one that is not loaded by code
                     // 111
    unload,
  };
  kind what = kind::load;
};

/// What plugins know goes before the file, in this order; it replaces what they said before.
struct use_acl_plugins {
  std::vector<std::shared_ptr<const access::acl_decider>> deciders;
};

struct acl_cache_query {
  std::string client_id;
};
struct acl_cache_page {
  bool found = false; // there is such a client
  std::vector<access::acl_cache::entry> rows;
};

struct clean_acl_cache {
  std::optional<std::string> client_id; // nothing: of all clients
};

} // namespace troupe

TROUPE_LOCAL_MESSAGE(use_acl)
TROUPE_LOCAL_MESSAGE(load_acl_file)
TROUPE_LOCAL_MESSAGE(use_acl_plugins)
TROUPE_LOCAL_MESSAGE(acl_cache_query)
TROUPE_LOCAL_MESSAGE(acl_cache_page)
TROUPE_LOCAL_MESSAGE(clean_acl_cache)

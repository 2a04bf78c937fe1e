// Messages about bans: what the HTTP API asks of the actor that keeps them, and what the shards get.
#pragma once

#include "troupe/actors/message_type.hpp"
#include "troupe/mqtt/ban_table.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace troupe {

struct ban_query {
  std::size_t skip = 0;
  std::size_t limit = 0; // rows to return at most
};
struct ban_page {
  std::vector<mqtt::ban_ptr> rows; // those that are over, too, until they are swept
  std::size_t total = 0;
};

/// Replaces the one for the same client id, user name or address.
struct add_ban {
  mqtt::ban what;
};

struct remove_ban {
  mqtt::ban_kind as = mqtt::ban_kind::clientid;
  std::string who;
};

/// A login from this address was refused, in a zone that detects it: one too many bans the address.
struct login_refused {
  std::string peer; // canonical (ip_network.hpp)
};

/// The bans that CONNECT packets are checked against from now on.
struct use_bans {
  mqtt::ban_table table;
};
struct bans_used {};

} // namespace troupe

TROUPE_LOCAL_MESSAGE(ban_query)
TROUPE_LOCAL_MESSAGE(ban_page)
TROUPE_LOCAL_MESSAGE(add_ban)
TROUPE_LOCAL_MESSAGE(remove_ban)
TROUPE_LOCAL_MESSAGE(login_refused)
TROUPE_LOCAL_MESSAGE(use_bans)
TROUPE_LOCAL_MESSAGE(bans_used)

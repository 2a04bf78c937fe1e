// Messages about bans: what the HTTP API asks of the actor that keeps them, and what the shards get.
#pragma once

#include "troupe/mqtt/ban_table.hpp"

#include <caf/allowed_unsafe_message_type.hpp>

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

/// The bans that CONNECT packets are checked against from now on.
struct use_bans {
  mqtt::ban_table table;
};
struct bans_used {};

} // namespace troupe

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::ban_query)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::ban_page)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::add_ban)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::remove_ban)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::use_bans)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::bans_used)

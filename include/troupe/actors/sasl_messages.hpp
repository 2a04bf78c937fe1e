// Messages about the users of enhanced authentication (SCRAM): what the HTTP API asks of the actor that keeps
// them, and what the shards get.
#pragma once

#include "troupe/actors/message_type.hpp"
#include "troupe/mqtt/scram.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace troupe {

struct sasl_user_query {
  mqtt::scram_hash mechanism = mqtt::scram_hash::sha1;
  std::string name;
};
/// What may be told of a user: not the keys.
struct sasl_user {
  std::string salt; // empty: the user's salt was made by Troupe
  std::uint32_t iterations = 0;
};
struct sasl_user_answer {
  std::optional<sasl_user> user; // nothing: there is no such user
};

/// Adds a user, or changes one (`add` is false), for one mechanism.
struct put_sasl_user {
  mqtt::scram_hash mechanism = mqtt::scram_hash::sha1;
  std::string name;
  std::string password;
  std::string salt;
  std::uint32_t iterations = 4096;
  bool add = true;
};

struct remove_sasl_user {
  mqtt::scram_hash mechanism = mqtt::scram_hash::sha1;
  std::string name;
};

/// Who may log in by SCRAM from now on; null or empty: nobody.
struct use_sasl_users {
  std::shared_ptr<const mqtt::scram_users> users;
};

} // namespace troupe

TROUPE_LOCAL_MESSAGE(sasl_user_query)
TROUPE_LOCAL_MESSAGE(sasl_user_answer)
TROUPE_LOCAL_MESSAGE(put_sasl_user)
TROUPE_LOCAL_MESSAGE(remove_sasl_user)
TROUPE_LOCAL_MESSAGE(use_sasl_users)

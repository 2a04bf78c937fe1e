// What resources of rules write to databases.
#pragma once

#include "troupe/actors/ask_again.hpp"
#include "troupe/actors/message_type.hpp"

#include <optional>
#include <string>
#include <vector>

namespace troupe {

/// To a database: one statement, or one command.
struct database_call {
  std::string statement; // of SQL, which names its parameters; empty: Redis
  /// Of the parameters, nothing: NULL; or the words of a command.
  std::vector<std::optional<std::string>> values;
};

/// Always comes: within the client's time limits; or, while the server is known to be down, at once or when
/// the time is over for which the client keeps what it cannot send.
struct database_answer {
  bool reached = false; // the server has answered
  std::string error;    // empty: it has done it
  ask_again again = ask_again::never;
};

} // namespace troupe

TROUPE_LOCAL_MESSAGE(database_call)
TROUPE_LOCAL_MESSAGE(database_answer)

// The back end of a plugin of authentication that cannot decide at once. Nothing here knows of actors.
#pragma once

#include "troupe/actors/backend_messages.hpp"
#include "worker.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace troupe {

using auth_worker = backend_worker<ask_back_end, back_end_answer>;

struct auth_back_end {
  std::size_t workers = 8;                   // questions at a time at most
  std::chrono::milliseconds longest{30'000}; // of a question
  bool authorizes = false;                   // it is asked about topics, too
  bool filters = false;                      // and about messages
  std::string warning = {};                  // for the log when it is loaded; empty: none
  std::function<std::shared_ptr<auth_worker>()> make;
};

} // namespace troupe

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

/// Takes what is wrong with a back end that answers nevertheless, or an empty text when that is over. From
/// any thread.
using trouble_teller = std::function<void(const std::string& reason)>;

struct auth_back_end {
  std::size_t workers = 8;                   // questions at a time at most
  std::chrono::milliseconds longest{30'000}; // of a question
  bool authorizes = false;                   // it is asked about topics, too
  bool filters = false;                      // and about messages
  std::string warning = {};                  // for the log when it is loaded; empty: none
  /// Whether it could know the client, so that it is asked whether that may connect; null: it could. Decides
  /// at once, by the form of what the client shows, also while the back end is down.
  std::function<bool(const access::client_facts&)> concerns = {};
  /// Says whom it tells of troubles; null: it has none. Before the first worker is made.
  std::function<void(trouble_teller)> tell_troubles = {};
  std::function<std::shared_ptr<auth_worker>()> make;
};

} // namespace troupe

// The end of an orderly stop for the clients: first the wills, while there are others to get them, then
// DISCONNECT.
#pragma once

#include "troupe/actors/interfaces.hpp"
#include "troupe/actors/node_context.hpp"

#include <caf/actor_system.hpp>
#include <caf/scoped_actor.hpp>

#include <chrono>
#include <cstdint>
#include <vector>

namespace troupe {

/// For a thread that is no shard's. Nothing waits longer than until `end`, but for a moment for each shard;
/// one that does not answer within a second is left out from then on.
class farewell {
public:
  using clock = std::chrono::steady_clock;

  farewell(caf::actor_system& system, const directory& who, clock::time_point end);

  /// Publishes the wills of all sessions, and gives connected clients up to a third of the time to
  /// acknowledge them.
  void send_wills();

  /// Tells all clients.
  void disconnect();

  /// Wills of clients that came meanwhile: they are on their way to the retainer then.
  void send_late_wills();

private:
  template <class Reply, class Question, class Use>
  void ask(const Question& question, Use use);

  void await_turns(std::uint64_t count, clock::time_point end);
  std::uint64_t unacknowledged();
  void await_acknowledgements(std::uint64_t of_others, clock::time_point end);

  caf::scoped_actor self_;
  std::vector<router_actor> routers_;
  const clock::time_point end_;
};

} // namespace troupe

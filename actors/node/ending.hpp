// The end of actors at an orderly stop.
#pragma once

#include <caf/actor_addr.hpp>
#include <caf/actor_system.hpp>
#include <caf/after.hpp>
#include <caf/exit_reason.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/system_messages.hpp>

#include <algorithm>
#include <chrono>
#include <set>

namespace troupe {

/// Ends actors and waits for them. For a thread that runs no actors.
class ending {
public:
  using clock = std::chrono::steady_clock;

  explicit ending(caf::actor_system& system) : self_(system) {}

  /// Null: there is none.
  template <class Handle>
  void tell(const Handle& actor) {
    if (!actor)
      return;
    self_->monitor(actor);
    self_->send_exit(actor, caf::exit_reason::user_shutdown);
    waiting_.insert(actor.address());
  }

  /// Returns when all that were told are gone, or at `end`: those that are not, for they wait for an answer
  /// or for a thread that a rule keeps, are left behind.
  void await(clock::time_point end) {
    for (bool in_time = true; in_time && !waiting_.empty();)
      self_->receive([&](const caf::down_msg& gone) { waiting_.erase(gone.source); },
                     caf::after(std::max(end - clock::now(), clock::duration::zero())) >>
                         [&] { in_time = false; });
  }

private:
  caf::scoped_actor self_;
  std::set<caf::actor_addr> waiting_;
};

} // namespace troupe

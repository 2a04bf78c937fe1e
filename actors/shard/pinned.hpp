// Pins an ordinary typed CAF actor to a shard: its messages, responses and timeouts all run on that shard's
// thread.
#pragma once

#include "shard.hpp"
#include "troupe/actors/exceptions.hpp"

#include <caf/actor_config.hpp>
#include <caf/actor_system.hpp>
#include <caf/resumable.hpp>
#include <caf/spawn_options.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <utility>

namespace troupe {

/// `Handle` is one of interfaces.hpp.
template <class Handle>
class pinned : public vital<Handle> {
public:
  pinned(caf::actor_config& config, shard& home) : vital<Handle>(config), home_(home) {}

  using Handle::base::enqueue;
  void enqueue(caf::mailbox_element_ptr element, caf::execution_unit*) override {
    Handle::base::enqueue(std::move(element), &home_);
  }

  caf::resumable::subtype_t subtype() const override { return caf::resumable::io_actor; }

protected:
  shard& home() noexcept { return home_; }

private:
  shard& home_;
};

/// Spawns a pinned or slim actor of class `Actor` on `home`. Any thread; the actor's constructor runs here.
template <class Actor, class... Arguments>
auto spawn_on(shard& home, Arguments&&... arguments) {
  caf::actor_config config{&home};
  return home.system().template spawn_class<Actor, caf::no_spawn_options>(
      config, home, std::forward<Arguments>(arguments)...);
}

} // namespace troupe

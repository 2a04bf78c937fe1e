// An ordinary typed CAF actor that belongs to the thread of an io_loop: its messages, responses and timeouts
// all run there, as those of a pinned actor do on its shard.
#pragma once

#include "io_loop.hpp"

#include <caf/actor_config.hpp>
#include <caf/actor_system.hpp>
#include <caf/spawn_options.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <utility>

namespace troupe {

/// `Base` is the actor's base in CAF, or one of exceptions.hpp over it.
template <class Handle, class Base = typename Handle::base>
class on_loop : public Base {
public:
  /// The loop outlives the actor.
  on_loop(caf::actor_config& config, io_loop& home) : Base(config), home_(home) {}

  using Base::enqueue;
  void enqueue(caf::mailbox_element_ptr element, caf::execution_unit*) override {
    Base::enqueue(std::move(element), &home_);
  }

  caf::resumable::subtype_t subtype() const override { return caf::resumable::io_actor; }

protected:
  io_loop& home() noexcept { return home_; }

private:
  io_loop& home_;
};

/// Spawns such an actor. Any thread; its constructor runs here.
template <class Actor, class... Arguments>
auto spawn_on_loop(io_loop& home, Arguments&&... arguments) {
  caf::actor_config config{&home};
  return home.system().template spawn_class<Actor, caf::no_spawn_options>(
      config, home, std::forward<Arguments>(arguments)...);
}

} // namespace troupe

#include "timer_wheel.hpp"

#include <algorithm>

namespace troupe {

void timer::cancel() noexcept {
  if (next_ == nullptr)
    return;
  next_->previous_ = previous_;
  previous_->next_ = next_;
  next_ = previous_ = nullptr;
}

timer_wheel::timer_wheel() : heads_(slots) {}

timer_wheel::~timer_wheel() {
  for (auto& h : heads_)
    while (h.next_ != &h)
      h.next_->cancel();
}

void timer_wheel::link(timer& list, timer& t) noexcept {
  t.next_ = &list;
  t.previous_ = list.previous_;
  list.previous_->next_ = &t;
  list.previous_ = &t;
}

void timer_wheel::arm(timer& t, mqtt::time_ms due) {
  t.cancel();
  t.due_ = due;
  // Rounded up, and never into the tick that is done: a timer fires late rather than early.
  mqtt::time_ms at = std::max((due + tick - 1) / tick, done_ + 1);
  link(heads_[static_cast<std::size_t>(at) % slots], t);
}

void timer_wheel::advance(mqtt::time_ms now) {
  const mqtt::time_ms current = now / tick;
  if (done_ == 0 || current - done_ > static_cast<mqtt::time_ms>(slots))
    done_ = current - static_cast<mqtt::time_ms>(slots); // the first call, or a long sleep: every slot once
  while (done_ < current) {
    ++done_;
    run_slot(static_cast<std::size_t>(done_) % slots, now);
  }
}

void timer_wheel::run_slot(std::size_t slot, mqtt::time_ms now) {
  // The slot's timers move to a list of their own: a handler may arm timers, for this very slot too.
  head pending;
  head& list = heads_[slot];
  if (list.next_ == &list)
    return;
  pending.next_ = list.next_;
  pending.previous_ = list.previous_;
  pending.next_->previous_ = &pending;
  pending.previous_->next_ = &pending;
  list.next_ = list.previous_ = &list;
  while (pending.next_ != &pending) {
    timer& t = *pending.next_;
    t.cancel();
    if (t.due_ > now)
      arm(t, t.due_); // of a later turn of the wheel
    else
      t.on_timer(now);
  }
}

} // namespace troupe

#include "slim_actor.hpp"

#include "shard.hpp"
#include "troupe/actors/log.hpp"

#include <caf/exit_reason.hpp>
#include <caf/system_messages.hpp>

#include <exception>

namespace troupe {

slim_actor_base::slim_actor_base(caf::actor_config& config, shard& home) : local_actor(config), home_(home) {}

slim_actor_base::~slim_actor_base() {
  while (head_ != nullptr) {
    caf::mailbox_element_ptr element{head_};
    head_ = static_cast<caf::mailbox_element*>(element->next);
  }
}

void slim_actor_base::launch(caf::execution_unit*, bool, bool hide) {
  if (!hide)
    register_at_system();
}

void slim_actor_base::enqueue(caf::mailbox_element_ptr element, caf::execution_unit*) {
  if (shard::current() == &home_)
    push(std::move(element));
  else
    home_.post(caf::strong_actor_ptr{ctrl()}, std::move(element));
}

void slim_actor_base::push(caf::mailbox_element_ptr element) {
  if (ended_)
    return;
  auto* raw = element.release();
  raw->next = nullptr;
  if (tail_ != nullptr)
    tail_->next = raw;
  else
    head_ = raw;
  tail_ = raw;
  ++waiting_;
  if (!scheduled_) {
    scheduled_ = true;
    intrusive_ptr_add_ref(ctrl());
    home_.schedule(this);
  }
}

caf::resumable::subtype_t slim_actor_base::subtype() const { return io_actor; }

caf::resumable::resume_result slim_actor_base::resume(caf::execution_unit*, std::size_t max_throughput) {
  for (std::size_t n = 0; n < max_throughput && head_ != nullptr && !ended_; ++n) {
    if (finished_) { // outside of a message, while these waited
      end(fail_state_);
      break;
    }
    caf::mailbox_element_ptr element{head_};
    head_ = static_cast<caf::mailbox_element*>(element->next);
    if (head_ == nullptr)
      tail_ = nullptr;
    --waiting_;
    ++handled_;
    try {
      if (element->content().match_elements<caf::exit_msg>())
        finish(element->content().get_as<caf::exit_msg>(0).reason);
      else
        receive(*element);
    } catch (const std::exception& e) {
      log::error("[Shard] actor {} ended: {}", name(), e.what());
      finish(caf::make_error(caf::sec::runtime_error, e.what()));
    }
    if (finished_)
      end(fail_state_);
  }
  if (head_ != nullptr && !ended_)
    return resume_later;
  scheduled_ = false;
  return ended_ ? done : awaiting_message;
}

void slim_actor_base::intrusive_ptr_add_ref_impl() { intrusive_ptr_add_ref(ctrl()); }
void slim_actor_base::intrusive_ptr_release_impl() { intrusive_ptr_release(ctrl()); }

void slim_actor_base::finish(caf::error reason) {
  if (finished_)
    return;
  finished_ = true;
  fail_state_ = std::move(reason);
  if (!scheduled_)
    end(fail_state_);
  // else it is running, or will run for what waits; resume() ends it
}

void slim_actor_base::end(caf::error reason) {
  if (ended_)
    return;
  ended_ = true;
  // What ends may drop the last handle to itself while its own functions are on the stack.
  intrusive_ptr_add_ref(ctrl());
  home_.release_later(ctrl());
  cancel();
  on_finish();
  for (auto* waiting = head_; waiting != nullptr; waiting = static_cast<caf::mailbox_element*>(waiting->next))
    abandon(*waiting);
  // Not local_actor's clean-up: it wakes CAF's clock to cancel timeouts, which slim actors do not have, and
  // that thread switch was two fifths of the cost of a short connection.
  unregister_from_system();
  // NOLINTNEXTLINE(bugprone-parent-virtual-call)
  monitorable_actor::cleanup(std::move(reason), &home_);
}

} // namespace troupe

// A CAF actor for what exists by the hundred thousand: pinned to a shard, without CAF's behavior stack,
// response and timeout tables (1016 bytes become 200). It only reacts to one-way messages, and it must not
// block.
#pragma once

#include "timer_wheel.hpp"

#include <caf/behavior.hpp>
#include <caf/local_actor.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/resumable.hpp>
#include <caf/typed_actor.hpp>
#include <caf/typed_behavior.hpp>

#include <typeinfo>

namespace troupe {

class shard;

/// The part of a slim actor that does not depend on its messages. All members but `enqueue` belong to the
/// thread of its shard.
class slim_actor_base : public caf::local_actor, public caf::resumable, public timer {
public:
  slim_actor_base(caf::actor_config& config, shard& home);
  ~slim_actor_base() override;

  using caf::local_actor::enqueue;
  void enqueue(caf::mailbox_element_ptr element, caf::execution_unit* unit) override;
  void launch(caf::execution_unit* unit, bool lazy, bool hide) override;

  subtype_t subtype() const override;
  resume_result resume(caf::execution_unit* unit, std::size_t max_throughput) override;
  void intrusive_ptr_add_ref_impl() override;
  void intrusive_ptr_release_impl() override;

  /// Adds an element that already is on the shard's thread.
  void push(caf::mailbox_element_ptr element);

  /// Messages that wait, and messages handled so far (the API's `mailbox_len` and `reductions`).
  std::size_t waiting() const noexcept { return waiting_; }
  std::uint64_t handled() const noexcept { return handled_; }

  /// Whether it has ended, or ends with the message that it handles.
  bool finished() const noexcept { return finished_; }

protected:
  shard& home() noexcept { return home_; }
  const shard& home() const noexcept { return home_; }

  /// Ends the actor: at once outside of a message, else after the current one.
  void finish(caf::error reason = {});

  /// Hands `element` to the handler for its type.
  virtual void receive(caf::mailbox_element& element) = 0;

  /// Runs once when the actor ends, before CAF's own clean-up. An actor that dies of an exception gets here
  /// too.
  virtual void on_finish() {}

  /// Each message that still waits when the actor ends, after `on_finish`.
  virtual void abandon(caf::mailbox_element&) {}

private:
  void end(caf::error reason);

  shard& home_;
  caf::mailbox_element* head_ = nullptr; // singly linked, oldest first
  caf::mailbox_element* tail_ = nullptr;
  std::uint64_t handled_ = 0;
  std::uint32_t waiting_ = 0;
  bool scheduled_ = false;
  bool finished_ = false;
  bool ended_ = false;
};

/// Dispatches the messages of the typed interface `Handle` to `Derived::handle(Message&)`. The compiler
/// rejects a class that lacks one.
template <class Derived, class Handle>
class slim_actor : public slim_actor_base {
public:
  using behavior_type = typename Handle::behavior_type; // lets CAF infer the handle
  using slim_actor_base::slim_actor_base;

protected:
  void receive(caf::mailbox_element& element) final { dispatch(element, typename Handle::signatures{}); }

private:
  template <class... Signatures>
  void dispatch(caf::mailbox_element& element, caf::detail::type_list<Signatures...>) {
    auto& content = element.content();
    if (content.size() == 1)
      (try_handle<typename first_input<Signatures>::type>(content) || ...);
  }

  template <class Signature>
  struct first_input;
  template <class Message, class Output>
  struct first_input<caf::typed_mpi<caf::detail::type_list<Message>, Output>> {
    using type = Message;
  };

  template <class Message>
  bool try_handle(caf::type_erased_tuple& content) {
    if (!content.matches(0, 0, &typeid(Message)))
      return false;
    static_cast<Derived*>(this)->handle(content.get_mutable_as<Message>(0));
    return true;
  }
};

} // namespace troupe

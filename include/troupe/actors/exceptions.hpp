// What becomes of an actor when an exception leaves one of its handlers: without these bases it would be
// gone, without a word.
#pragma once

#include <caf/actor_config.hpp>
#include <caf/error.hpp>
#include <caf/invoke_message_result.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/response_promise.hpp>
#include <caf/sec.hpp>

#include <exception>

namespace troupe {

/// Logs that an exception has left a handler of the actor `name`, and ends the process. Any thread.
[[noreturn]] void end_broker(const char* name, const std::exception_ptr& why) noexcept;

/// Logs that an exception has left a handler of the actor `name`. Any thread.
void log_failure(const char* name, const std::exception_ptr& why) noexcept;

/// The base of an actor of the interface `Handle` (interfaces.hpp) whose state nobody could trust after an
/// exception: the process ends, since messages, or who may do what, depend on that state.
template <class Handle>
class vital : public Handle::base {
protected:
  explicit vital(caf::actor_config& config) : Handle::base(config) {
    this->set_exception_handler([this](std::exception_ptr& e) -> caf::error { end_broker(this->name(), e); });
  }
};

/// The base of an actor of the interface `Handle` that lives on: only what the failing message asked for is
/// not done. Its sender gets an error, unless the handler has answered, or has made a promise, before.
template <class Handle>
class resilient : public Handle::base {
public:
  using Handle::base::consume;

  // CAF ends an actor whatever its exception handler says.
  caf::invoke_message_result consume(caf::mailbox_element& message) override {
    try {
      return Handle::base::consume(message);
    } catch (...) {
      log_failure(this->name(), std::current_exception());
      if (message.mid.is_request())
        this->make_response_promise().deliver(caf::make_error(caf::sec::runtime_error));
      return caf::invoke_message_result::consumed;
    }
  }

protected:
  using Handle::base::base;
};

} // namespace troupe

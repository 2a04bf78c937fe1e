// What commands share: the actor's outcome is the answer.
#pragma once

#include "call.hpp"
#include "troupe/actors/gather.hpp"
#include "troupe/actors/messages.hpp"

#include <utility>

namespace troupe {

/// Sends a command to the actor that it concerns and answers with what comes back, or that nothing did.
template <class Actor, class Command, class Duration = decltype(request_timeout)>
void carry_out(const call_ptr& c, const Actor& by, Command command, Duration longest = request_timeout) {
  c->self->request(by, longest, std::move(command))
      .then([c](const outcome& o) { c->reply(to_answer(o)); },
            [c](const caf::error&) { c->reply(timeout()); });
}

} // namespace troupe

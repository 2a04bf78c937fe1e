// What rules and resources share: commands about one of them, by its id.
#pragma once

#include "call.hpp"
#include "troupe/actors/gather.hpp"
#include "troupe/actors/messages.hpp"
#include "troupe/actors/rule_messages.hpp"

namespace troupe {

/// Answers with the outcome of the command about the `:id` of the path.
template <class Command>
void carry_out(const call_ptr& c) {
  c->self->request(c->where().rules, gathered_request_timeout, Command{c->args.path("id")})
      .then([c](const outcome& o) { c->reply(to_answer(o)); },
            [c](const caf::error&) { c->reply(timeout()); });
}

} // namespace troupe

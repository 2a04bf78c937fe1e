// What loads and unloads: modules and plugins answer alike.
#pragma once

#include "call.hpp"
#include "troupe/actors/gather.hpp"
#include "troupe/actors/messages.hpp"

#include <utility>

namespace troupe {

/// Answers with the outcome. A name that `who` does not have is an unknown path, as it is to EMQ X.
template <class Actor, class Command>
void switch_at(const call_ptr& c, const Actor& who, Command what) {
  c->self->request(who, gathered_request_timeout, std::move(what))
      .then(
          [c](const outcome& o) { c->reply(o.code == body_code::not_found ? no_such_path() : to_answer(o)); },
          [c](const caf::error&) { c->reply(timeout()); });
}

} // namespace troupe

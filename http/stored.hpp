// Answers that promise that something outlives the process.
#pragma once

#include "call.hpp"
#include "troupe/actors/gather.hpp"
#include "troupe/actors/store_messages.hpp"

#include <utility>

namespace troupe {

/// Calls `done` with whether the store has what `keeper`, the retainer or the delayed actor, was told to keep
/// or to forget until now. The call is answered where nothing comes.
template <class Keeper, class Done>
void when_stored(const call_ptr& c, const Keeper& keeper, Done done) {
  c->self->request(keeper, request_timeout, flush_unwritten{})
      .then([done = std::move(done)](const flushed& f) mutable { done(f.written); },
            [c](const caf::error&) { c->reply(timeout()); });
}

inline answer not_stored() {
  return failure(body_code::unknown, "the store has not taken what it is to keep");
}

} // namespace troupe

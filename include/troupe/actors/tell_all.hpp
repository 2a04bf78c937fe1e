// One order to all shards.
#pragma once

#include "troupe/actors/gather.hpp"
#include "troupe/actors/interfaces.hpp"
#include "troupe/actors/messages.hpp"

#include <caf/error.hpp>
#include <caf/sec.hpp>
#include <caf/typed_response_promise.hpp>

#include <utility>
#include <vector>

namespace troupe {

/// Tells all `shards` the same and calls `done(const outcome&)` once: a success means that every one of them
/// acts by it. 102 "not all shards have answered yet" comes after `request_timeout`: those that are silent
/// have the order in their mailboxes, and act by it as soon as they go on.
template <class Answer, class Self, class Order, class Done>
void tell_all(Self* self, const std::vector<router_actor>& shards, const Order& order, Done done) {
  gather<Answer>(
      self, shards, order,
      [count = shards.size(), done = std::move(done)](const std::vector<Answer>& answers) mutable {
        done(answers.size() == count ? outcome{} : outcome{102, "not all shards have answered yet"});
      });
}

/// The answer to who has asked for that with a question whose only answer is a success; else it gets an
/// error.
inline void deliver_told(caf::typed_response_promise<switched> promise, bool all) {
  if (all)
    promise.deliver(switched{});
  else
    promise.deliver(caf::error{caf::sec::request_timeout});
}

} // namespace troupe

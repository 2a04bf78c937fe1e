// Brings kept_changes to the store, for the actors that have some.
#pragma once

#include "kept_changes.hpp"
#include "troupe/actors/gather.hpp"
#include "troupe/actors/interfaces.hpp"

#include <caf/error.hpp>
#include <caf/typed_response_promise.hpp>

#include <string>
#include <utility>

namespace troupe {

/// Carries out what waits, unless others are under way, and calls `settle(std::string why)` when the store
/// has it (`why` is empty) or cannot keep it. `changes` is a member of `self`.
template <class Self, class Settle>
void keep(Self* self, const store_actor& store, kept_changes& changes, Settle settle) {
  auto write = changes.begin();
  if (write.changes.empty())
    return;
  self->request(store, request_timeout, std::move(write))
      .then([settle](const store_written& w) { settle(w.status.ok() ? std::string{} : w.status.text); },
            [settle](const caf::error&) { settle("the store does not answer"); });
}

/// The same, for changes that are in effect once they are kept; what cannot be kept is undone. Goes on until
/// none waits.
template <class Self>
void keep_all(Self* self, const store_actor& store, kept_changes& changes) {
  keep(self, store, changes, [self, &store, &changes](const std::string& why) {
    if (!why.empty())
      changes.undo();
    changes.end(why.empty() ? outcome{} : outcome{102, why});
    keep_all(self, store, changes);
  });
}

/// Adds `what` to the changes and keeps them all. The answer comes when it is kept, or undone.
template <class Self>
caf::typed_response_promise<outcome> change_and_keep(Self* self, const store_actor& store,
                                                     kept_changes& changes, kept_changes::change what) {
  auto promise = self->template make_response_promise<outcome>();
  changes.add(std::move(what), [promise](const outcome& o) mutable { promise.deliver(o); });
  keep_all(self, store, changes);
  return promise;
}

} // namespace troupe

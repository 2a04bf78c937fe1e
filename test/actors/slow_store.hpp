// A store that keeps rows in memory, and its answers until a test asks for them.
#pragma once

#include "troupe/actors/messages.hpp"

#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace troupe::test {

/// Touch it only after an answer that came later, or before the question.
struct slow_rows {
  void take(const store_write& w) {
    for (const auto& c : w.changes)
      if (c.value)
        rows[c.key] = *c.value;
      else
        rows.erase(c.key);
  }

  std::map<std::string, std::string> rows;
  bool holds = false; // writes wait for a store_commit
  std::vector<std::pair<caf::typed_response_promise<store_written>, store_write>> held;
};

/// A store_commit fails the first of the writes that wait, and keeps the others and what comes later.
inline store_actor::behavior_type slow_store(store_actor::pointer self, std::shared_ptr<slow_rows> kept) {
  return {[self, kept](const store_write& w) -> caf::result<store_written> {
            if (kept->holds) {
              kept->held.emplace_back(self->make_response_promise<store_written>(), w);
              return kept->held.back().first;
            }
            kept->take(w);
            return store_written{};
          },
          [](const store_scan&) { return store_page{}; },
          [kept](const store_commit&) {
            kept->holds = false;
            bool fails = true;
            for (auto& [promise, write] : std::exchange(kept->held, {}))
              if (std::exchange(fails, false)) {
                promise.deliver(store_written{{store_code::full, "no space left"}});
              } else {
                kept->take(write);
                promise.deliver(store_written{});
              }
          },
          [](const watch_store&) {}};
}

} // namespace troupe::test

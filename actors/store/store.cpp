// The store actor: gathers the writes that have come into one write of the database, with one fsync.
#include "troupe/actors/store.hpp"

#include "database.hpp"
#include "troupe/actors/exceptions.hpp"
#include "troupe/actors/log.hpp"
#include "troupe/actors/messages.hpp"

#include <caf/actor_system.hpp>
#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>
#include <vector>

namespace troupe {

namespace {

constexpr std::size_t commit_bytes = 8 * 1024 * 1024; // of one write of the database, about

std::size_t size_of(const store_write& w) {
  std::size_t bytes = 0;
  for (const auto& c : w.changes)
    bytes += c.key.size() + (c.value ? c.value->size() : 0);
  return bytes;
}

bool valid(const store_write& w) {
  return std::all_of(w.changes.begin(), w.changes.end(), [](const store_change& c) {
    return !c.key.empty() && c.key.size() <= longest_store_key;
  });
}

// Who asks has few requests under way, so that the mailbox stays short.
class store final : public vital<store_actor> {
public:
  store(caf::actor_config& c, std::shared_ptr<database> rows)
      : vital<store_actor>(c), rows_(std::move(rows)) {}

  const char* name() const override { return "store"; }

  void on_exit() override {
    commit();
    rows_.reset();
    alarms_ = nullptr; // they hold this actor
  }

protected:
  behavior_type make_behavior() override {
    return {[this](store_write& w) { return take(w); },
            [this](const store_scan& s) {
              commit(); // what was written before must be found
              return rows_->scan(s);
            },
            [this](watch_store& w) {
              alarms_ = std::move(w.alarms);
              if (failing_)
                raise();
            },
            [this](const store_commit&) { commit(); }};
  }

private:
  // The commit goes to the end of the mailbox: what has arrived until then shares it.
  caf::typed_response_promise<store_written> take(store_write& w) {
    auto promise = make_response_promise<store_written>();
    if (!valid(w)) { // those that it would share a commit with do not suffer
      promise.deliver(store_written{{store_code::failed, "the key of a row has no or too many bytes"}});
      return promise;
    }
    if (writes_.empty())
      caf::anon_send(caf::actor_cast<store_actor>(ctrl()), store_commit{});
    bytes_ += size_of(w);
    writes_.push_back(std::move(w));
    promises_.push_back(promise);
    if (bytes_ >= commit_bytes)
      commit();
    return promise;
  }

  void commit() {
    if (writes_.empty())
      return;
    const auto status = rows_->write(writes_);
    note(status);
    writes_.clear();
    bytes_ = 0;
    for (auto& p : std::exchange(promises_, {}))
      p.deliver(store_written{status});
  }

  void note(const store_status& status) {
    const bool failed_before = std::exchange(failing_, !status.ok());
    if (failing_) {
      complain(status);
      if (!failed_before)
        problem_ = status.text; // the alarm keeps its first text: each other one would be told of anew
      if (alarms_)
        raise(); // each time, for somebody may have cleared it
    } else if (failed_before && alarms_) {
      caf::anon_send(alarms_, clear_alarm{alarm_kind::store, {}});
    }
  }

  void raise() {
    caf::anon_send(alarms_, raise_alarm{alarm_kind::store, {}, problem_, {{"error", problem_}}});
  }

  // Once a while: who retries does so every second.
  void complain(const store_status& status) {
    const auto now = std::chrono::steady_clock::now();
    if (now - complained_ < std::chrono::seconds{10})
      return;
    complained_ = now;
    log::error("[Store] {}", status.text);
  }

  std::shared_ptr<database> rows_;
  std::vector<store_write> writes_;
  std::vector<caf::typed_response_promise<store_written>> promises_;
  std::size_t bytes_ = 0;
  alarms_actor alarms_;  // null: nobody wants to know
  bool failing_ = false; // as the last write did
  std::string problem_;
  std::chrono::steady_clock::time_point complained_{};
};

} // namespace

store_actor spawn_store(caf::actor_system& system, std::shared_ptr<database> rows) {
  return system.spawn<store, caf::detached>(std::move(rows));
}

} // namespace troupe

// The part of a pinned actor that keeps its messages in the store: behind its back, so that nobody waits for
// the disk.
#pragma once

#include "../shard/shard.hpp"
#include "../store/write_behind.hpp"
#include "troupe/actors/log.hpp"

#include <caf/error.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <deque>
#include <string_view>

namespace troupe {

/// `Self` is the actor. Changes go to the store in batches, the next one when the one before is there. While
/// the store fails they wait and are tried again each second; what does not fit write_behind's bounds is left
/// out, counted (node_gauges::unkept) and logged.
template <class Self>
class message_writer final : public timer {
public:
  message_writer(Self& self, shard& home, store_kind kind)
      : self_(self), home_(home), kind_(kind), changes_(kind, {}) {}

  /// Null: there is no such message any more. `send` hands over what a turn has noted.
  void note(std::string_view key, mqtt::message_ptr message) {
    if (changes_.note(key, std::move(message)))
      return;
    left_out_ = true;
    const auto unkept = 1 + home_.node().gauges->unkept.fetch_add(1, std::memory_order_relaxed);
    if (home_.may_complain())
      log::warning("[Store] changes of stored messages are left out, {} so far: {} of {} wait already",
                   unkept, changes_.size(), to_string(kind_));
  }

  void send() {
    auto batch = changes_.take();
    if (batch.changes.empty())
      return;
    self_.request(home_.node().actors.store, write_timeout, std::move(batch))
        .then([this](const store_written& w) { settle(w.status.ok()); },
              [this](const caf::error&) { settle(false); });
  }

  /// Answers when all that has been noted until now is written; what comes later is not waited for.
  caf::typed_response_promise<flushed> flush(caf::typed_response_promise<flushed> promise) {
    if (changes_.empty())
      promise.deliver(flushed{});
    else
      flushes_.push_back({changes_.size(), promise});
    send();
    return promise;
  }

private:
  static constexpr std::chrono::seconds write_timeout{60};
  static constexpr mqtt::time_ms retry_interval = 1'000;

  void on_timer(mqtt::time_ms) override { send(); }

  void settle(bool written) {
    const auto before = changes_.size();
    changes_.settle(written);
    answer_flushes(written, before - changes_.size());
    left_out_ = left_out_ && !changes_.empty();
    if (written)
      send();
    else
      home_.timers().arm(*this, home_.now() + retry_interval);
  }

  // Changes are written in the order in which they were noted. What had no room may be anybody's.
  void answer_flushes(bool written, std::size_t changes) {
    for (auto& f : flushes_)
      f.left -= std::min(f.left, changes);
    while (!flushes_.empty() && (!written || flushes_.front().left == 0)) {
      flushes_.front().promise.deliver(flushed{written && !left_out_});
      flushes_.pop_front();
    }
  }

  struct waiting_flush {
    std::size_t left; // changes that it waits for
    caf::typed_response_promise<flushed> promise;
  };

  Self& self_;
  shard& home_;
  const store_kind kind_;
  write_behind changes_;
  std::deque<waiting_flush> flushes_; // in their order, no more than the HTTP API has requests
  bool left_out_ = false;             // since nothing waited
};

/// The answer to flush_unwritten of an actor that may keep nothing: `writer` is null then.
template <class Self>
caf::typed_response_promise<flushed> answer_flush(message_writer<Self>* writer,
                                                  caf::typed_response_promise<flushed> promise) {
  if (writer != nullptr)
    return writer->flush(promise);
  promise.deliver(flushed{});
  return promise;
}

} // namespace troupe

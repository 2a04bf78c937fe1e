// The part of a bridge that keeps what waits in the store, so that it outlives the process.
#pragma once

#include "bridge_rows.hpp"
#include "troupe/actors/log.hpp"
#include "troupe/actors/store_messages.hpp"
#include "troupe/mqtt/stored_message.hpp"

#include <caf/error.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace troupe {

/// `Self` is the actor, whose requests it makes. A message is put when it comes; erasures follow together, so
/// that after a crash some messages may go a second time, as QoS 1 allows. While the store fails what comes
/// is in memory only: the store has an alarm then.
template <class Self>
class bridge_store {
public:
  bridge_store(Self& self, store_actor store, std::string bridge)
      : self_(self), store_(std::move(store)), bridge_(std::move(bridge)) {}

  /// Calls `each` for all that is kept, in order, then `done`.
  void load(std::function<void(std::uint64_t, mqtt::message_ptr)> each, std::function<void()> done) {
    load_after(bridge_row_prefix(bridge_), std::move(each), std::move(done));
  }

  /// Calls `done` when they are there, or cannot be.
  void put(const std::vector<std::pair<std::uint64_t, mqtt::message_ptr>>& messages,
           const std::function<void()>& done) {
    store_write w;
    for (const auto& [number, m] : messages)
      w.changes.push_back({store_kind::bridges, bridge_row_key(bridge_, number), mqtt::encode_stored(*m)});
    self_.request(store_, write_timeout, std::move(w))
        .then([done](const store_written&) { done(); }, [done](const caf::error&) { done(); });
  }

  void erase(std::uint64_t number) {
    erased_.push_back(number);
    if (erasing_ == 0)
      erase_some();
  }

  /// Erases what waits at once: the actor may end now.
  void flush() {
    while (!erased_.empty())
      erase_some();
  }

private:
  static constexpr std::chrono::seconds write_timeout{60};
  static constexpr std::size_t erased_at_once = 4'096;

  void load_after(std::string key, std::function<void(std::uint64_t, mqtt::message_ptr)> each,
                  std::function<void()> done) {
    self_.request(store_, write_timeout, store_scan{store_kind::bridges, std::move(key)})
        .then(
            [this, each, done](store_page& page) {
              if (!page.status.ok())
                log::error("[Bridge] {} cannot read what it has kept: {}", bridge_, page.status.text);
              for (const auto& [row, value] : page.rows) {
                const auto number = bridge_row_number(bridge_, row);
                if (!number) { // another bridge's
                  done();
                  return;
                }
                if (auto m = mqtt::decode_stored(value))
                  each(*number, std::move(m));
              }
              if (page.done || page.rows.empty())
                done();
              else
                load_after(page.rows.back().first, each, done);
            },
            [done](const caf::error&) { done(); });
  }

  void erase_some() {
    store_write w;
    const auto count = std::min(erased_.size(), erased_at_once);
    for (std::size_t i = 0; i < count; ++i)
      w.changes.push_back({store_kind::bridges, bridge_row_key(bridge_, erased_[i]), {}});
    erased_.erase(erased_.begin(), erased_.begin() + static_cast<std::ptrdiff_t>(count));
    const auto settled = [this] {
      if (--erasing_ == 0 && !erased_.empty())
        erase_some();
    };
    ++erasing_;
    self_.request(store_, write_timeout, std::move(w))
        .then([settled](const store_written&) { settled(); }, [settled](const caf::error&) { settled(); });
  }

  Self& self_;
  store_actor store_;
  const std::string bridge_;
  std::vector<std::uint64_t> erased_; // the store does not know yet
  std::size_t erasing_ = 0;           // writes under way
};

} // namespace troupe

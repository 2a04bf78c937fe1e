// What a receiver of messages and events has taken of those that wait for it.
#pragma once

#include "troupe/actors/rule_messages.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

namespace troupe {

/// A batch that the shards counted as waiting. However it ends, its messages wait no longer then.
class rule_hold {
public:
  rule_hold(std::shared_ptr<rule_gauge> gauge, const rule_messages& batch) noexcept
      : gauge_(std::move(gauge)),
        messages_(static_cast<std::int64_t>(batch.items.size())),
        bytes_(batch.bytes) {}

  rule_hold(rule_hold&&) noexcept = default; // the other one holds nothing any more
  rule_hold& operator=(rule_hold&&) = delete;

  ~rule_hold() {
    if (gauge_ == nullptr)
      return;
    gauge_->messages.fetch_sub(messages_, std::memory_order_relaxed);
    gauge_->bytes.fetch_sub(bytes_, std::memory_order_relaxed);
  }

private:
  std::shared_ptr<rule_gauge> gauge_;
  std::int64_t messages_, bytes_;
};

} // namespace troupe

// Credit between two parties that hand each other messages through unbounded mailboxes: who hands over counts
// what is on its way, and pauses its own sources while that is too much (architecture.md section 3).
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>

namespace troupe::mqtt {

/// What is on its way, in deliveries and in bytes of message memory.
struct credit_amount {
  std::uint64_t deliveries = 0;
  std::uint64_t bytes = 0;

  friend bool operator==(const credit_amount&, const credit_amount&) = default;
};

/// One direction of a link, as its sending side sees it; belongs to that side's thread. A batch is never cut,
/// so what is on its way exceeds the limit by one batch at most if the sender stops while `used_up`.
class credit {
public:
  explicit credit(credit_amount limit) noexcept : limit_(limit) {}

  /// A batch has been handed over. True when it used the credit up: the sources must pause now.
  bool spend(credit_amount batch) noexcept {
    outstanding_.deliveries += batch.deliveries;
    outstanding_.bytes += batch.bytes;
    const bool over = outstanding_.deliveries > limit_.deliveries || outstanding_.bytes > limit_.bytes;
    return over && !std::exchange(used_up_, true);
  }

  /// The other side has handled so much. True when the sources may go on: not before half of the limit is
  /// free, so that they do not start and stop with every batch.
  bool give_back(credit_amount handled) noexcept {
    outstanding_.deliveries -= std::min(outstanding_.deliveries, handled.deliveries);
    outstanding_.bytes -= std::min(outstanding_.bytes, handled.bytes);
    const bool free =
        outstanding_.deliveries <= limit_.deliveries / 2 && outstanding_.bytes <= limit_.bytes / 2;
    return free && std::exchange(used_up_, false);
  }

  bool used_up() const noexcept { return used_up_; }
  credit_amount outstanding() const noexcept { return outstanding_; }

private:
  credit_amount limit_;
  credit_amount outstanding_;
  bool used_up_ = false;
};

/// The same direction of the link at its receiving side, which owes the sender what it has handled; belongs
/// to that side's thread. To give back each batch would wake the sender for nothing: its sources wait for
/// half of the limit, so less than an eighth can stay owed.
class credit_debt {
public:
  explicit credit_debt(credit_amount limit) noexcept : limit_(limit) {}

  /// So much more has been handled. What to give back now, which may be nothing.
  credit_amount add(credit_amount handled) noexcept {
    owed_.deliveries += handled.deliveries;
    owed_.bytes += handled.bytes;
    if (owed_.deliveries < limit_.deliveries / 8 && owed_.bytes < limit_.bytes / 8)
      return {};
    return std::exchange(owed_, {});
  }

private:
  credit_amount limit_;
  credit_amount owed_;
};

} // namespace troupe::mqtt

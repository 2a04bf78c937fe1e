// Credit between parties with unbounded mailboxes: its accounting, and two threads that flood each other.
#include "troupe/mqtt/credit.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

using namespace troupe::mqtt;

BOOST_AUTO_TEST_SUITE(credit_accounting)

BOOST_AUTO_TEST_CASE(used_up_beyond_the_limit_and_there_again_below_its_half) {
  credit c{{100, 1000}};
  BOOST_TEST(!c.spend({100, 0})); // the limit itself is allowed
  BOOST_TEST(!c.used_up());
  BOOST_TEST(c.spend({1, 0}));
  BOOST_TEST(c.used_up());
  BOOST_TEST(!c.spend({10, 0})); // told once
  BOOST_TEST(!c.give_back({60, 0}));
  BOOST_TEST(c.used_up()); // 51 are more than the half
  BOOST_TEST(c.give_back({1, 0}));
  BOOST_TEST(!c.used_up());
  BOOST_TEST(!c.give_back({50, 0})); // told once
  BOOST_TEST((c.outstanding() == credit_amount{}));
}

BOOST_AUTO_TEST_CASE(bytes_count_as_deliveries_do) {
  credit c{{100, 1000}};
  BOOST_TEST(c.spend({1, 5000})); // one batch is never cut
  BOOST_TEST(!c.give_back({1, 4499}));
  BOOST_TEST(c.give_back({0, 1}));
  BOOST_TEST(!c.spend({1, 500}));
  BOOST_TEST(c.spend({100, 0}));
  BOOST_TEST(!c.give_back({101, 0})); // the bytes are still there
  BOOST_TEST(c.give_back({0, 501}));
}

BOOST_AUTO_TEST_CASE(more_than_was_spent_does_not_become_credit) {
  credit c{{10, 10}};
  c.spend({5, 5});
  c.give_back({100, 100});
  BOOST_TEST((c.outstanding() == credit_amount{}));
  BOOST_TEST(c.spend({11, 0}));
}

BOOST_AUTO_TEST_CASE(debts_are_paid_once_they_are_an_eighth_of_the_limit) {
  credit_debt d{{80, 800}};
  BOOST_TEST((d.add({9, 99}) == credit_amount{}));
  BOOST_TEST((d.add({1, 0}) == credit_amount{10, 99}));
  BOOST_TEST((d.add({2, 99}) == credit_amount{})); // from the start
  BOOST_TEST((d.add({1, 1}) == credit_amount{3, 100}));
}

BOOST_AUTO_TEST_CASE(a_small_limit_has_no_debts) {
  credit_debt d{{7, 800}};
  BOOST_TEST((d.add({1, 1}) == credit_amount{1, 1}));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(credit_between_threads)

namespace {

struct letter {
  credit_amount batch;   // messages for the reader
  credit_amount handled; // credit that comes back to it
};

// What a shard has: a mailbox without a bound, in which batches and credit arrive.
class mailbox {
public:
  void post(letter l) {
    const std::lock_guard guard{mutex_};
    waiting_.deliveries += l.batch.deliveries;
    waiting_.bytes += l.batch.bytes;
    most_.deliveries = std::max(most_.deliveries, waiting_.deliveries);
    most_.bytes = std::max(most_.bytes, waiting_.bytes);
    letters_.push_back(l);
    arrived_.notify_one();
  }

  // The letters so far; waits for one if `wait`.
  std::deque<letter> take(bool wait) {
    std::unique_lock guard{mutex_};
    if (wait)
      arrived_.wait(guard, [this] { return !letters_.empty(); });
    waiting_ = {};
    return std::exchange(letters_, {});
  }

  credit_amount most() {
    const std::lock_guard guard{mutex_};
    return most_;
  }

private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<letter> letters_;
  credit_amount waiting_;
  credit_amount most_;
};

constexpr credit_amount limit{1'000, 100'000};
constexpr credit_amount largest_batch{64, 64 * 150};

// A shard that always has something to publish to the other one. Returns what it got.
credit_amount flood(mailbox& own, mailbox& other, std::uint64_t batches, std::uint64_t& pauses) {
  credit link{limit};
  credit_debt debt{limit};
  credit_amount got;
  std::uint64_t sent = 0;
  bool told_the_end = false;
  bool other_ended = false;
  while (!told_the_end || !other_ended) {
    if (sent < batches && !link.used_up()) {
      const credit_amount batch{1 + sent % largest_batch.deliveries,
                                (1 + sent % largest_batch.deliveries) * (sent % 151)};
      ++sent;
      pauses += link.spend(batch) ? 1 : 0;
      other.post({batch, {}});
    } else if (sent == batches && !std::exchange(told_the_end, true)) {
      other.post({{}, {}});
    }
    const bool nothing_else_to_do = link.used_up() || told_the_end;
    const bool over = told_the_end && other_ended;
    for (const auto& l : own.take(nothing_else_to_do && !over)) {
      got.deliveries += l.batch.deliveries;
      got.bytes += l.batch.bytes;
      if (l.batch.deliveries > 0) {
        if (const auto due = debt.add(l.batch); due != credit_amount{})
          other.post({{}, due});
      } else if (l.handled.deliveries == 0) {
        other_ended = true;
      }
      link.give_back(l.handled);
    }
  }
  return got;
}

credit_amount total(std::uint64_t batches) {
  credit_amount sum;
  for (std::uint64_t i = 0; i < batches; ++i) {
    sum.deliveries += 1 + i % largest_batch.deliveries;
    sum.bytes += (1 + i % largest_batch.deliveries) * (i % 151);
  }
  return sum;
}

} // namespace

// Both pause the other again and again; nothing is lost, nobody waits for ever, and no mailbox ever holds
// more than the limit and one batch.
BOOST_AUTO_TEST_CASE(two_that_flood_each_other) {
  constexpr std::uint64_t batches = 50'000;
  mailbox first;
  mailbox second;
  std::array<std::uint64_t, 2> pauses{};
  std::array<credit_amount, 2> got{};
  std::thread other{[&] { got[1] = flood(second, first, batches, pauses[1]); }};
  got[0] = flood(first, second, batches, pauses[0]);
  other.join();
  const auto wanted = total(batches);
  for (const auto& g : got)
    BOOST_TEST((g == wanted));
  BOOST_TEST(pauses[0] + pauses[1] > 0U);
  for (auto* box : {&first, &second}) {
    BOOST_TEST(box->most().deliveries <= limit.deliveries + largest_batch.deliveries);
    BOOST_TEST(box->most().bytes <= limit.bytes + largest_batch.bytes);
  }
}

BOOST_AUTO_TEST_SUITE_END()

#include "shard.hpp"

#include "client.hpp"
#include "shard_rules.hpp"
#include "shard_sinks.hpp"
#include "troupe/actors/log.hpp"

#include <boost/asio/post.hpp>
#include <caf/actor_system.hpp>
#include <caf/scheduler/abstract_coordinator.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <openssl/rand.h>
#include <sched.h>
#include <stdexcept>
#include <thread>

namespace troupe {

namespace {

thread_local shard* current_shard = nullptr;

constexpr std::size_t messages_per_resume = 256;
constexpr std::chrono::microseconds worth_a_wait{20};
// The process was stopped: what came meanwhile is read before anybody is taken to be silent.
constexpr mqtt::time_ms late_tick = 1'000;
constexpr mqtt::time_ms rest_after_pause = 1'000;
constexpr std::uint64_t cost_of_one = 2; // of a turn's budget: a message for one subscriber

// The same for all shards.
clock_step::duration clock_origin() noexcept {
  static const auto first = clock_step::now();
  return first.system - first.before;
}

} // namespace

clock_step::look clock_step::now() noexcept {
  using namespace std::chrono;
  const auto before = steady_clock::now().time_since_epoch();
  const auto system = system_clock::now().time_since_epoch();
  return {before, system, steady_clock::now().time_since_epoch()};
}

shard::shard(caf::actor_system& system, node_context& node, std::uint16_t index)
    : execution_unit(&system),
      node_(node),
      index_(index),
      io_(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO),
      tick_(io_),
      clock_step_(clock_origin()),
      reader_(node.subscriptions),
      random_(std::random_device{}()),
      acl_(node.acl),
      read_buffer_(std::make_unique_for_overwrite<char[]>(read_buffer_size)),
      active_hooks_(node.features.hooks),
      presence_(node.features.presence),
      subscription_(node.features.subscription),
      asks_back_ends_(asks(*node.acl)) {
  read_clock();
  ticked_at_ = now_;
}

shard::~shard() = default;

shard* shard::current() noexcept { return current_shard; }

// Milliseconds that only move forward: the system's clock is read once, then a steady one adds to it.
void shard::read_clock() noexcept {
  using namespace std::chrono;
  clock_ = steady_clock::now();
  now_ = floor<milliseconds>(clock_.time_since_epoch() + clock_origin()).count();
}

// -- the loop ----------------------------------------------------------------------------------------------

void shard::run() {
  current_shard = this;
  const mqtt::credit_amount limit{node_.config->node.shard_credit, credit_bytes};
  outboxes_.resize(node_.shards.size(), {{}, mqtt::credit{limit}, mqtt::credit_debt{limit}});
  set_rules(node_.rules);
  use_sinks(node_.sinks);
  arm_tick();
  auto guard = boost::asio::make_work_guard(io_);
  while (!stopping_)
    turn();
  current_shard = nullptr;
}

void shard::stop() {
  boost::asio::post(io_, [this] { stopping_ = true; });
}

void shard::turn() {
  begin_budget();
  const bool waited = wait_for_work();
  if (const int core = sched_getcpu(); core != core_.load(std::memory_order_relaxed))
    core_.store(core, std::memory_order_relaxed);
  continue_inputs(); // before others read more: who waits longest goes first
  // A single message after a wait is rarely followed by another event so soon, and to look for one is a
  // system call: the next turn does. After more, what else waits is worth one write together.
  const bool single = waited && spent_this_turn_ <= cost_of_one;
  for (int left = single ? 0 : handlers_per_turn; left > 0 && io_.poll_one() > 0; --left) {
  }
  serve_actors();
  // A shard that shares this one's core can forward what it has only while this one waits: what comes of that
  // joins the writes of this turn.
  if (flush_outboxes() && dirty_.size() > 1) {
    std::this_thread::yield();
    serve_actors();
    flush_outboxes();
  }
  const auto receivers = dirty_.size();
  flush_dirty();
  flush_rules(); // last: what a client does not get is an event, too
  flush_sinks();
  for (auto* dead : graves_)
    intrusive_ptr_release(dead);
  graves_.clear();
  matched_again_ = nullptr;
  reader_.quiesce();
  if (fan_in_watch_.should_rest_after({waited, spent_this_turn_ / cost_of_one, receivers}) && idle())
    std::this_thread::sleep_for(fan_in_watch::rest);
}

// What the actors do makes more work for each other, within the turn up to a bound.
void shard::serve_actors() {
  drain_inbound();
  for (int round = 0; round < 8 && !quiet(); ++round) {
    deliver_batches();
    run_actors();
    flush_delayed();
    flush_route_changes();
  }
}

// Whether there is nothing that the actors of this node still have to do or to get in this turn.
bool shard::quiet() const noexcept {
  return runnable_.empty() && (touched_.empty() || !may_serve()) && route_changes_.empty() &&
         delayed_.empty();
}

bool shard::idle() const noexcept {
  return quiet() && touched_.empty() && dirty_.empty() && (waiting_.empty() || behind_ > 0);
}

// Returns whether there was nothing to do for a while.
bool shard::wait_for_work() {
  if (!idle()) {
    read_clock();
    return false;
  }
  reader_.park();
  if (rules_)
    rules_->reader.park();
  const auto before = std::chrono::steady_clock::now();
  clock_is_old_ = true;
  io_.run_one();
  if (std::exchange(clock_is_old_, false))
    read_clock();
  return clock_ - before > worth_a_wait;
}

void shard::arm_tick() {
  tick_.expires_after(std::chrono::milliseconds{timer_wheel::tick});
  tick_.async_wait([this](boost::system::error_code failed) {
    if (failed)
      return;
    read_clock();
    clock_step_.follow(clock_step::now());
    const bool late = now_ - std::exchange(ticked_at_, now_) > late_tick;
    if (late && timers_rest_until_ == 0)
      timers_rest_until_ = now_ + rest_after_pause; // once: pauses that follow each other do not add up
    if (now_ >= timers_rest_until_) {
      timers_rest_until_ = 0;
      guarded([this] { timers_.advance(now_); });
    }
    arm_tick();
  });
}

// -- actors
// --------------------------------------------------------------------------------------------------

void shard::exec_later(caf::resumable* what) {
  if (what->subtype() != caf::resumable::io_actor) {
    system().scheduler().enqueue(what);
    return;
  }
  if (current_shard == this) {
    runnable_.push_back(what);
    return;
  }
  std::unique_lock guard{inbound_mutex_};
  inbound_runnable_.push_back(what);
  const bool must_wake = !wake_posted_.exchange(true, std::memory_order_relaxed);
  guard.unlock();
  if (must_wake)
    wake();
}

void shard::post(caf::strong_actor_ptr to, caf::mailbox_element_ptr element) {
  std::unique_lock guard{inbound_mutex_};
  inbound_.emplace_back(std::move(to), std::move(element));
  const bool must_wake = !wake_posted_.exchange(true, std::memory_order_relaxed);
  guard.unlock();
  if (must_wake)
    wake();
}

// The handler does nothing: that the loop runs is all that is needed.
void shard::wake() {
  boost::asio::post(io_, [] {});
}

void shard::drain_inbound() {
  if (!wake_posted_.load(std::memory_order_relaxed)) // who comes later wakes the loop
    return;
  std::vector<std::pair<caf::strong_actor_ptr, caf::mailbox_element_ptr>> messages;
  std::vector<caf::resumable*> runnable;
  {
    std::lock_guard guard{inbound_mutex_};
    messages.swap(inbound_);
    runnable.swap(inbound_runnable_);
    wake_posted_.store(false, std::memory_order_relaxed);
  }
  runnable_.insert(runnable_.end(), runnable.begin(), runnable.end());
  for (auto& [to, element] : messages)
    static_cast<slim_actor_base*>(caf::actor_cast<caf::abstract_actor*>(to))->push(std::move(element));
}

void shard::run_actors() {
  for (int round = 0; round < 64 && !runnable_.empty(); ++round) {
    running_.clear();
    running_.swap(runnable_);
    for (auto* actor : running_) {
      if (actor->resume(this, messages_per_resume) == caf::resumable::resume_later)
        runnable_.push_back(actor);
      else
        intrusive_ptr_release(actor);
    }
    deliver_batches();
  }
}

void shard::add_client(client& c) {
  c.place = clients_.size();
  clients_.push_back(&c);
}

void shard::remove_client(client& c) noexcept {
  clients_.back()->place = c.place;
  clients_[c.place] = clients_.back();
  clients_.pop_back();
}

void shard::cancel_flush(flushable& f) noexcept {
  std::erase(dirty_, &f);
  std::erase(put_off_, &f);
}

void shard::cancel_continue(continuable& c) noexcept {
  std::erase(waiting_, &c);
  std::replace(continuing_.begin(), continuing_.end(), &c, static_cast<continuable*>(nullptr));
}

void shard::flush_dirty() {
  crowded_ = dirty_.size() >= were_put_off_ + crowd;
  for (std::size_t i = 0; i < dirty_.size(); ++i)
    guarded([&] { dirty_[i]->flush(); });
  dirty_.clear();
  dirty_.swap(put_off_);
  were_put_off_ = dirty_.size();
}

void shard::continue_inputs() {
  if (waiting_.empty() || behind_ > 0)
    return;
  continuing_.swap(waiting_);
  std::size_t done = 0;
  for (; done < continuing_.size() && !exhausted(); ++done)
    if (auto* next = continuing_[done]; next != nullptr) // else one before it has ended it
      guarded([&] { next->continue_input(); });
  // The others go first next time.
  continuing_.erase(continuing_.begin(), continuing_.begin() + static_cast<std::ptrdiff_t>(done));
  std::erase(continuing_, nullptr);
  waiting_.insert(waiting_.begin(), continuing_.begin(), continuing_.end());
  continuing_.clear();
}

void shard::log_exception(const std::exception& e) noexcept {
  try {
    log::error("[Shard {}] {}", index_, e.what());
  } catch (...) { // out of memory for the log line: nothing is left to do
  }
}

bool shard::may_complain() {
  const auto left_out = problem_lines_.next(now_);
  if (left_out && *left_out > 0)
    log::warning("[Shard {}] {} lines like the next one were left out", index_, *left_out);
  return left_out.has_value();
}

std::vector<mqtt::delivery> shard::spare_batch() {
  if (spares_.empty())
    return {};
  auto batch = std::move(spares_.back());
  spares_.pop_back();
  spare_capacity_ -= batch.capacity();
  return batch;
}

void shard::recycle(std::vector<mqtt::delivery>&& batch) {
  if (batch.capacity() == 0 || spares_.size() >= max_spares ||
      spare_capacity_ + batch.capacity() > max_spare_capacity)
    return;
  batch.clear();
  spare_capacity_ += batch.capacity();
  spares_.push_back(std::move(batch));
}

// Whoever knows the id of a client may be able to take its session over: nobody can guess one.
std::string shard::fresh_client_id() {
  static constexpr std::string_view digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  static constexpr std::size_t length = 22; // 131 bits
  std::string id;
  do {
    id.clear();
    while (id.size() < length) {
      std::array<unsigned char, 32> random;
      if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1)
        throw std::runtime_error{"no random numbers"};
      for (const auto r : random)
        if (r < 4 * digits.size() && id.size() < length) // each digit as likely as any other
          id.push_back(digits[r % digits.size()]);
    }
  } while (home_shard(id, node_.shards.size()) != index_ || sessions_.find(id) != nullptr);
  return id;
}

} // namespace troupe

#include "farewell.hpp"

#include "troupe/actors/messages.hpp"

#include <algorithm>
#include <optional>
#include <thread>

namespace troupe {

using namespace std::chrono_literals;

farewell::farewell(caf::actor_system& system, const directory& who, clock::time_point end)
    : self_(system), routers_(who.routers), end_(end) {}

template <class Reply, class Question, class Use>
void farewell::ask(const Question& question, Use use) {
  std::erase_if(routers_, [&](const router_actor& r) {
    const auto patience = std::clamp<clock::duration>(end_ - clock::now(), 50ms, 1s);
    bool silent = false;
    self_->request(r, std::chrono::duration_cast<std::chrono::milliseconds>(patience), question)
        .receive([&](const Reply& reply) { use(reply); }, [&](const caf::error&) { silent = true; });
    return silent;
  });
}

// Each shard ends so many turns that begin after this did. A router that still runs would take the next
// question in the same turn: hence the pause.
void farewell::await_turns(std::uint64_t count, clock::time_point end) {
  for (std::uint64_t turn = 0; turn < count && clock::now() < end; ++turn) {
    std::this_thread::sleep_for(1ms);
    ask<shard_figures>(counters_query{}, [](const shard_figures&) {});
  }
}

std::uint64_t farewell::unacknowledged() {
  std::uint64_t messages = 0;
  ask<stored_figures>(stored_query{}, [&](const stored_figures& f) { messages += f.messages; });
  return messages;
}

// As long as they become fewer: a client that is slow now may be so for ever.
void farewell::await_acknowledgements(std::uint64_t of_others, clock::time_point end) {
  auto left = unacknowledged();
  for (auto changed = clock::now(); left > of_others && clock::now() < std::min(end, changed + 200ms);) {
    std::this_thread::sleep_for(5ms);
    if (const auto now_left = unacknowledged(); now_left < left) {
      left = now_left;
      changed = clock::now();
    }
  }
}

void farewell::send_wills() {
  constexpr std::uint64_t sessions_per_turn = 64; // of a shard, that it delivers to at least
  const auto end = clock::now() + (end_ - clock::now()) / 3;
  const auto of_others = unacknowledged();
  std::uint64_t sessions = 0;
  ask<drained>(troupe::send_wills{}, [&](const drained& d) { sessions += d.told; });
  // One turn publishes, another one brings it to the other shards, and then it goes to the sessions there.
  await_turns(4 + 2 * sessions / sessions_per_turn, end);
  await_acknowledgements(of_others, end);
}

void farewell::disconnect() {
  ask<drained>(drain_shard{}, [](const drained&) {});
}

void farewell::send_late_wills() {
  ask<drained>(troupe::send_wills{}, [](const drained&) {});
  await_turns(1, clock::time_point::max());
}

} // namespace troupe

// The orderly stop of a broker: what waits for what, and for how long.
#include "../bridge/io_loop.hpp"
#include "../shard/shard.hpp"
#include "ending.hpp"
#include "farewell.hpp"
#include "troupe/actors/broker.hpp"
#include "troupe/actors/cluster.hpp"
#include "troupe/actors/log.hpp"
#include "troupe/actors/messages.hpp"

#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <thread>
#include <utility>

namespace troupe {

namespace {

using clock = std::chrono::steady_clock;

std::chrono::milliseconds until(clock::time_point end) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
      std::max<clock::duration>(end - clock::now(), std::chrono::milliseconds{1}));
}

/// The parts of a stop have an end each, so that none takes the time of those behind it. Nearly always all
/// are over long before.
struct stop_times {
  explicit stop_times(std::chrono::milliseconds patience)
      : begin(clock::now()), sixteenth(std::max(patience, std::chrono::milliseconds{16}) / 16) {}

  clock::time_point sys() const { return begin + 2 * sixteenth; }
  clock::time_point clients() const { return begin + 9 * sixteenth; }
  clock::time_point unwritten() const { return begin + 13 * sixteenth; }
  clock::time_point actors() const { return begin + 14 * sixteenth; }
  clock::time_point bridges() const { return begin + 15 * sixteenth; }
  clock::time_point store() const { return begin + 16 * sixteenth; }

  clock::time_point begin;
  std::chrono::milliseconds sixteenth;
};

} // namespace

// What has been acknowledged meanwhile, and is not in the store yet.
void broker::flush(clock::time_point end) {
  caf::scoped_actor self{system_};
  const auto& who = node_->actors;
  auto retained = self->request(who.retainer, until(end), flush_unwritten{});
  auto delayed = self->request(who.delayed, until(end), flush_unwritten{});
  const auto warn = [](const char* which) {
    log::warning("[Store] not all {} messages were written before the end", which);
  };
  const auto receive = [&](auto& answer, const char* which) {
    answer.receive(
        [&](const flushed& f) {
          if (!f.written)
            warn(which);
        },
        [&](const caf::error&) { warn(which); });
  };
  receive(retained, "retained");
  receive(delayed, "delayed");
}

// Who acts on his own is told before those that he tells.
void broker::end_actors(clock::time_point end) {
  ending all{system_};
  const auto& who = node_->actors;
  all.tell(watch_);
  all.tell(seeds_);
  all.tell(who.plugins);
  all.tell(who.access);
  all.tell(who.banned);
  all.tell(who.alarms);
  all.tell(who.rules);
  all.await(end);
}

void broker::close_store(clock::time_point end_of_bridges, clock::time_point end) {
  const auto& loop = node_->actors.bridge_loop;
  ending bridges{system_};
  if (loop)
    for (const auto& bridge : loop->named())
      bridges.tell(bridge); // what has arrived goes from the store: it would be sent again
  bridges.await(end_of_bridges);
  ending store{system_};
  store.tell(node_->actors.store);
  store.await(end);
  if (loop) // bridges that have no name end with the rules and the plugins
    loop->stop(std::clamp(until(end), std::chrono::milliseconds{100}, std::chrono::milliseconds{500}));
}

void broker::say_goodbye(clock::time_point end) {
  farewell goodbye{system_, node_->actors, end};
  goodbye.send_wills();
  goodbye.disconnect();
  const auto open = [this] {
    return std::any_of(node_->listeners.begin(), node_->listeners.end(),
                       [](const auto& l) { return l->connections.load() > 0; });
  };
  while (open() && clock::now() < end)
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  goodbye.send_late_wills();
}

void broker::stop(std::chrono::milliseconds patience) {
  const stop_times ends{patience};
  if (std::exchange(running_, false)) {
    for (const auto& l : node_->actors.listeners)
      caf::anon_send(l, stop_listening{});
    close_entry(system_, entry_);
    ending publishes_through_shards{system_};
    publishes_through_shards.tell(sys_);
    publishes_through_shards.await(ends.sys());
    say_goodbye(ends.clients());
    flush(ends.unwritten());
  }
  for (auto& s : node_->shards)
    s->stop();
  for (auto& t : threads_)
    t.join();
  threads_.clear();
  end_actors(ends.actors());
  close_store(ends.bridges(), ends.store());
  node_->actors = {};
  sys_ = nullptr;
  watch_ = nullptr;
  entry_ = nullptr;
  seeds_ = nullptr;
}

} // namespace troupe

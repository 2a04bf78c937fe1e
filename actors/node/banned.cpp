#include "troupe/actors/banned.hpp"

#include "troupe/actors/ban_record.hpp"
#include "troupe/actors/config.hpp"
#include "troupe/actors/directory.hpp"
#include "troupe/actors/exceptions.hpp"
#include "troupe/actors/gauges.hpp"
#include "troupe/actors/log.hpp"
#include "troupe/actors/log_limiter.hpp"
#include "troupe/actors/messages.hpp"
#include "troupe/actors/tell_all.hpp"
#include "troupe/actors/time_text.hpp"
#include "troupe/mqtt/offence_table.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <set>

namespace troupe {

namespace {

constexpr std::chrono::minutes sweep_interval{1};
constexpr std::size_t bytes_of_entry = 1024;  // on average, of a full table
constexpr std::size_t changes_at_once = 1000; // of a write of the store

std::int64_t seconds_now() { return now_ms() / 1000; }

// The longest client ids share one if only their last byte differs.
std::string key_of(mqtt::ban_kind as, const std::string& who) {
  std::string key{to_string(as).front()};
  return (key + who).substr(0, longest_store_key);
}

mqtt::ban_table read_all(const stored_bans& rows) {
  mqtt::ban_table table;
  for (const auto& [key, record] : rows) {
    boost::json::error_code failed;
    auto b = read_ban_record(boost::json::parse(record, failed));
    if (failed || !b || key_of(b->as, b->who) != key)
      log::error("[Banned] the stored ban {} cannot be read", log::printable(key));
    else
      table.put(std::move(*b));
  }
  return table;
}

bool is_detected(const mqtt::ban& b) { return b.by == flapping_detector || b.by == auth_failure_detector; }

class banned final : public resilient<banned_actor> {
public:
  banned(caf::actor_config& c, const directory& where, mqtt::ban_table table, const settings& config,
         std::shared_ptr<node_gauges> gauges)
      : resilient<banned_actor>(c),
        routers_(where.routers),
        table_(std::move(table)),
        most_(config.bans.max_entries),
        policy_(config.auth_failures),
        refused_logins_({policy_.threshold, policy_.window.count()}),
        store_(where.store),
        alarms_(where.alarms),
        gauges_(std::move(gauges)) {}

  const char* name() const override { return "banned"; }

protected:
  behavior_type make_behavior() override {
    sweep_later();
    return {[this](const ban_query& q) {
              return ban_page{table_.page(q.skip, q.limit), table_.size()};
            },
            [this](const add_ban& m) { return add(m.what); },
            [this](const remove_ban& m) { return remove(m); },
            [this](const login_refused& m) { count(m.peer); }, [this](const sweep_tick&) { sweep(); }};
  }

private:
  caf::result<outcome> add(const mqtt::ban& b) {
    const auto* present = table_.find(b.as, b.who);
    if (present != nullptr && is_detected(b) && (present->until >= b.until || is_active_of(*present, b.by)))
      return outcome{}; // somebody has banned it for longer, or another shard has told of it
    if (present == nullptr && full()) {
      refuse(b);
      return outcome{102, "too_many_bans"};
    }
    auto promise = make_response_promise<outcome>();
    auto key = key_of(b.as, b.who);
    if (is_detected(b) && !changing_.contains(key)) {
      ban_now(b, std::move(key));
      tell_shards(promise);
      return promise;
    }
    const auto under_way = changing_.insert(std::move(key));
    save(
        {store_kind::banned, *under_way, boost::json::serialize(to_record(b))},
        [this, b, under_way](bool kept) {
          changing_.erase(under_way);
          if (kept)
            put(b);
        },
        promise);
    return promise;
  }

  static bool is_active_of(const mqtt::ban& b, const std::string& by) {
    return b.by == by && b.until > seconds_now();
  }

  // Whoever does something too often must not go on with it while a disk writes: the row comes behind.
  void ban_now(const mqtt::ban& b, std::string key) {
    if (b.by == auth_failure_detector && lines_.next(now_ms()))
      log::warning("[Banned] {} logins from {} were refused: it is banned", policy_.threshold, b.who);
    put(b);
    const auto failed = [this, who = b.who](const std::string& why) {
      if (lines_.next(now_ms()))
        log::error("[Banned] the ban of {} is not kept over a restart: {}", log::printable(who), why);
    };
    store_write row{{{store_kind::banned, std::move(key), boost::json::serialize(to_record(b))}}};
    request(store_, request_timeout, std::move(row))
        .then(
            [failed](const store_written& w) {
              if (!w.status.ok())
                failed(w.status.text);
            },
            [failed](const caf::error&) { failed("the store does not answer"); });
  }

  // Guesses come from anywhere and to any shard: only here are all of an address. Those that were under way
  // when it was banned do not count for the next time.
  void count(const std::string& peer) {
    if (table_.active(mqtt::ban_kind::peerhost, peer, seconds_now()))
      return;
    const auto forgotten = refused_logins_.forgotten();
    const bool too_many = refused_logins_.count(peer, steady_ms());
    if (refused_logins_.forgotten() != forgotten && lines_.next(now_ms()))
      log::warning("[Banned] {} addresses with refused logins were forgotten before their time",
                   refused_logins_.forgotten());
    if (!too_many)
      return;
    const auto at = seconds_now();
    caf::anon_send(caf::actor_cast<banned_actor>(ctrl()),
                   add_ban{ban_of_guesser(peer, at, policy_.ban_time.count() / 1000)});
  }

  // What is on its way to the store counts.
  bool full() {
    const auto no_room = [this] {
      return table_.size() + changing_.size() >= most_ || table_.bytes() >= most_ * bytes_of_entry;
    };
    if (no_room())
      sweep_now();
    return no_room();
  }

  void refuse(const mqtt::ban& b) {
    const auto refused = 1 + gauges_->bans_refused.fetch_add(1, std::memory_order_relaxed);
    if (lines_.next(now_ms()))
      log::warning("[Banned] {} {} is not banned, for there are {} bans (banned.max_entries); {} refused",
                   to_string(b.as), log::printable(b.who), table_.size(), refused);
  }

  caf::result<outcome> remove(const remove_ban& m) {
    if (table_.find(m.as, m.who) == nullptr && changing_.empty())
      return outcome{}; // as EMQ X answers
    auto promise = make_response_promise<outcome>();
    const auto under_way = changing_.insert(key_of(m.as, m.who));
    save(
        {store_kind::banned, *under_way, std::nullopt},
        [this, m, under_way](bool kept) {
          changing_.erase(under_way);
          if (kept)
            tell_end(table_.remove(m.as, m.who));
        },
        promise);
    return promise;
  }

  void put(const mqtt::ban& b) {
    if (b.by == flapping_detector)
      caf::anon_send(alarms_, raise_alarm{alarm_kind::flapping,
                                          b.who,
                                          boost::json::serialize(to_record(b)),
                                          {{"clientid", b.who}, {"at", b.at}, {"until", b.until}}});
    else // perhaps in the place of one of the detector
      tell_end(table_.remove(b.as, b.who));
    table_.put(b);
  }

  void tell_end(const mqtt::ban_ptr& b) {
    if (b && b->by == flapping_detector)
      caf::anon_send(alarms_, clear_alarm{alarm_kind::flapping, b->who});
  }

  // The store answers in the order of the questions, so that the table and the disk change alike.
  template <class Change>
  void save(store_change change, Change apply, caf::typed_response_promise<outcome> promise) {
    request(store_, request_timeout, store_write{{std::move(change)}})
        .then(
            [this, apply, promise](const store_written& w) mutable {
              apply(w.status.ok());
              if (w.status.ok())
                tell_shards(promise);
              else
                promise.deliver(outcome{102, w.status.text});
            },
            [apply, promise](const caf::error&) mutable {
              apply(false);
              promise.deliver(outcome{102, "the store does not answer"});
            });
  }

  // A success once no shard lets in by the table of before.
  void tell_shards(caf::typed_response_promise<outcome> promise) {
    tell_all<bans_used>(this, routers_, use_bans{table_},
                        [promise](const outcome& o) mutable { promise.deliver(o); });
  }

  void sweep_later() { delayed_send(caf::actor_cast<banned_actor>(ctrl()), sweep_interval, sweep_tick{}); }

  void sweep() {
    sweep_later();
    sweep_now();
  }

  // What the store does not forget now comes back with the next start, and goes a minute later. One that is
  // being made anew is in the store already.
  void sweep_now() {
    const auto over = table_.remove_expired(seconds_now());
    if (over.empty())
      return;
    for (const auto& r : routers_)
      caf::anon_send(r, use_bans{table_});
    store_write forget;
    for (const auto& b : over) {
      tell_end(b);
      if (auto key = key_of(b->as, b->who); !changing_.contains(key))
        forget.changes.push_back({store_kind::banned, std::move(key), std::nullopt});
      if (forget.changes.size() == changes_at_once)
        caf::anon_send(store_, std::exchange(forget, {}));
    }
    if (!forget.changes.empty())
      caf::anon_send(store_, std::move(forget));
  }

  std::vector<router_actor> routers_;
  mqtt::ban_table table_;
  std::size_t most_;
  offence_settings policy_; // of refused logins
  mqtt::offence_table refused_logins_;
  std::multiset<std::string> changing_; // keys of changes that wait for the store's answer
  store_actor store_;
  alarms_actor alarms_;
  std::shared_ptr<node_gauges> gauges_;
  log_limiter lines_;
};

} // namespace

banned_actor spawn_banned(caf::actor_system& system, const settings& config, const directory& where,
                          const stored_bans& stored, std::shared_ptr<node_gauges> gauges) {
  auto table = read_all(stored);
  for (const auto& r : where.routers) // in their mailboxes before any socket
    caf::anon_send(r, use_bans{table});
  return system.spawn<banned>(where, std::move(table), config, std::move(gauges));
}

} // namespace troupe

// The links to the seeds: what they are for as yet is that one is missed.
#include "troupe/actors/alarm_messages.hpp"
#include "troupe/actors/cluster.hpp"
#include "troupe/actors/exceptions.hpp"
#include "troupe/actors/log.hpp"

#include <caf/actor_system.hpp>
#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <utility>

namespace troupe {

namespace {

constexpr std::chrono::seconds longest_pause{5};

class seeds final : public resilient<seeds_actor> {
public:
  seeds(caf::actor_config& c, std::shared_ptr<io_loop> loop, std::shared_ptr<const cluster_facts> facts,
        alarms_actor alarms)
      : resilient<seeds_actor>(c),
        loop_(std::move(loop)),
        facts_(std::move(facts)),
        alarms_(std::move(alarms)) {}

  const char* name() const override { return "seeds"; }

  void on_exit() override {
    for (const auto& s : seeds_)
      caf::anon_send_exit(s.link, caf::exit_reason::user_shutdown);
    seeds_.clear();
    alarms_ = nullptr;
  }

protected:
  behavior_type make_behavior() override {
    const seeds_actor self{this};
    for (std::size_t i = 0; i < facts_->config.seeds.size(); ++i) {
      const auto tell = [weak = caf::actor_cast<caf::actor_addr>(self), i](bool up, const std::string& why) {
        if (const auto to = caf::actor_cast<seeds_actor>(weak))
          caf::anon_send(to, seed_news{i, up, why});
      };
      const auto& to = facts_->config.seeds[i];
      seeds_.push_back(
          {to.node, spawn_peer_link(loop_, facts_, {"cluster.static.seeds", to, longest_pause},
                                    {[tell] { tell(true, {}); },
                                     [tell](const std::string& why) { tell(false, why); }, [] {}})});
      caf::anon_send(seeds_.back().link, connect_peer{});
    }
    return {[this](const seed_news& m) { take(m); }};
  }

private:
  struct seed {
    std::string node;
    peer_link_actor link;
    bool up = false, told = false, lost = false; // lost: it was up once
  };

  void take(const seed_news& m) {
    auto& s = seeds_[m.seed];
    const bool before = std::exchange(s.up, m.up);
    if (m.up) {
      s.told = false;
      log::info("[Cluster] the link to {} stands", s.node);
    } else if (before || !std::exchange(s.told, true)) {
      s.told = true;
      log::warning("[Cluster] there is no link to {}: {}", s.node, log::printable(m.why));
    }
    if (const bool lost = !m.up && (before || s.lost); lost != s.lost) {
      s.lost = lost;
      alarm();
    }
  }

  // There is one alarm for all of them.
  void alarm() {
    std::string missed;
    for (const auto& s : seeds_)
      if (s.lost)
        missed.append(missed.empty() ? "" : ",").append(s.node);
    if (missed.empty())
      caf::anon_send(alarms_, clear_alarm{alarm_kind::partition, {}});
    else
      caf::anon_send(alarms_, raise_alarm{alarm_kind::partition, {}, missed, {{"occurred", missed}}});
  }

  std::shared_ptr<io_loop> loop_;
  std::shared_ptr<const cluster_facts> facts_;
  alarms_actor alarms_;
  std::vector<seed> seeds_;
};

} // namespace

seeds_actor spawn_seeds(caf::actor_system& system, const std::shared_ptr<io_loop>& loop,
                        const std::shared_ptr<const cluster_facts>& facts, const alarms_actor& alarms) {
  if (!facts || !facts->config.to_seeds())
    return {};
  return system.spawn<seeds>(loop, facts, alarms);
}

} // namespace troupe

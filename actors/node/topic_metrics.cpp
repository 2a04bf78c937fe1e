#include "troupe/actors/topic_metrics.hpp"

#include "troupe/actors/exceptions.hpp"
#include "troupe/actors/messages.hpp"
#include "troupe/actors/tell_all.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <map>

namespace troupe {

namespace {

constexpr std::chrono::seconds sample_interval{1};

class topic_metrics final : public resilient<topic_metrics_actor> {
public:
  topic_metrics(caf::actor_config& c, std::vector<router_actor> routers, bool loaded)
      : resilient<topic_metrics_actor>(c), routers_(std::move(routers)), loaded_(loaded) {}

  const char* name() const override { return "topic_metrics"; }

protected:
  behavior_type make_behavior() override {
    return {[this](const topic_metrics_query& q) { return list(q); },
            [this](const register_topic& m) { return add(m.topic); },
            [this](const unregister_topics& m) { return remove(m); },
            [this](const load_topic_metrics& m) { return load(m.loaded); },
            [this](const sample_tick&) { sample(); }};
  }

private:
  topic_metrics_page list(const topic_metrics_query& q) const {
    topic_metrics_page page;
    page.loaded = loaded_;
    table_.for_each([&](const std::string& topic, const mqtt::topic_counters& counters) {
      if (q.topic && *q.topic != topic)
        return;
      topic_metrics_row row;
      row.topic = topic;
      row.counts = mqtt::read(counters);
      for (std::size_t i = 0; i < row.rates.size(); ++i)
        row.rates[i] = windows_.at(topic).rate(static_cast<mqtt::topic_figure>(i));
      page.rows.push_back(std::move(row));
    });
    return page;
  }

  caf::result<outcome> add(const std::string& topic) {
    if (!loaded_)
      return outcome{102, "module_not_loaded"};
    if (table_.add(topic) != mqtt::topic_metrics_table::result::added)
      return outcome{}; // as EMQ X answers, also when all places are taken
    windows_[topic].sample({});
    if (table_.size() == 1)
      tick();
    return tell_shards();
  }

  caf::result<outcome> remove(const unregister_topics& m) {
    if (!loaded_)
      return outcome{102, "module_not_loaded"};
    if (m.topic) {
      if (!table_.remove(*m.topic))
        return outcome{};
      windows_.erase(*m.topic);
    } else {
      table_ = {};
      windows_.clear();
    }
    return tell_shards();
  }

  caf::result<outcome> load(bool loaded) {
    loaded_ = loaded;
    table_ = {};
    windows_.clear();
    return tell_shards();
  }

  // A success once every shard counts by the new table.
  caf::result<outcome> tell_shards() {
    auto promise = make_response_promise<outcome>();
    std::shared_ptr<const mqtt::topic_metrics_table> table;
    if (!table_.empty())
      table = std::make_shared<const mqtt::topic_metrics_table>(table_);
    tell_all<watching>(this, routers_, watch_topics{table},
                       [promise](const outcome& o) mutable { promise.deliver(o); });
    return promise;
  }

  void tick() {
    if (!ticking_)
      delayed_send(caf::actor_cast<topic_metrics_actor>(ctrl()), sample_interval, sample_tick{});
    ticking_ = true;
  }

  void sample() {
    ticking_ = false;
    table_.for_each([&](const std::string& topic, const mqtt::topic_counters& counters) {
      windows_[topic].sample(mqtt::read(counters));
    });
    if (!table_.empty())
      tick();
  }

  std::vector<router_actor> routers_;
  mqtt::topic_metrics_table table_;
  std::map<std::string, mqtt::rate_window, std::less<>> windows_;
  bool loaded_;
  bool ticking_ = false;
};

} // namespace

topic_metrics_actor spawn_topic_metrics(caf::actor_system& system, std::vector<router_actor> routers,
                                        bool loaded) {
  return system.spawn<topic_metrics>(std::move(routers), loaded);
}

} // namespace troupe

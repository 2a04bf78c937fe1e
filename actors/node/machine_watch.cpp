#include "troupe/actors/machine_watch.hpp"

#include "machine_figures.hpp"
#include "troupe/actors/config.hpp"
#include "troupe/actors/exceptions.hpp"
#include "troupe/actors/log.hpp"
#include "troupe/actors/messages.hpp"

#include <caf/actor_registry.hpp>
#include <caf/actor_system.hpp>
#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <array>
#include <charconv>
#include <fstream>
#include <iterator>
#include <unistd.h>

namespace troupe {

namespace {

// As EMQ X spells a figure: the shortest text that means it.
std::string decimal(double value) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

double percent(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

class machine_watch final : public resilient<machine_watch_actor> {
public:
  machine_watch(caf::actor_config& c, const settings& config, alarms_actor alarms)
      : resilient<machine_watch_actor>(c),
        config_(config.watch),
        most_actors_(config.node.process_limit),
        alarms_(std::move(alarms)) {}

  const char* name() const override { return "machine_watch"; }

protected:
  behavior_type make_behavior() override {
    cpu_before_ = parse_cpu_times(text_of("stat"));
    later(check_cpu{}, config_.cpu_check_interval);
    later(check_memory{}, config_.mem_check_interval);
    later(check_process{}, config_.check_interval);
    return {[this](const check_cpu& m) {
              later(m, config_.cpu_check_interval);
              look_at_cpu();
            },
            [this](const check_memory& m) {
              later(m, config_.mem_check_interval);
              look_at_memory();
            },
            [this](const check_process& m) {
              later(m, config_.check_interval);
              look_at_process();
            }};
  }

private:
  template <class Tick>
  void later(Tick tick, milliseconds delay) {
    delayed_send(caf::actor_cast<machine_watch_actor>(ctrl()), delay, tick);
  }

  std::string text_of(const char* file) const {
    std::ifstream in(config_.procfs + '/' + file);
    return {std::istreambuf_iterator<char>{in}, {}};
  }

  // What stays high is raised again at each look: the figures are new.
  void judge(watermark& mark, double usage, raise_alarm alarm) {
    if (mark.look(usage))
      caf::anon_send(alarms_, std::move(alarm));
    else
      caf::anon_send(alarms_, clear_alarm{alarm.what, {}});
  }

  void look_at_cpu() {
    const auto now = parse_cpu_times(text_of("stat"));
    if (now && cpu_before_) {
      const double busy = busy_percent(*cpu_before_, *now);
      judge(cpu_, busy,
            {alarm_kind::cpu,
             {},
             decimal(busy),
             {{"usage", busy}, {"high_watermark", cpu_.high()}, {"low_watermark", cpu_.low()}}});
    }
    cpu_before_ = now;
  }

  void look_at_memory() {
    const auto machine = parse_memory(text_of("meminfo"));
    if (!machine)
      return;
    judge(system_memory_, machine->used_percent(),
          {alarm_kind::system_memory, {}, "[]", {{"high_watermark", system_memory_.high()}}});
    const std::int64_t pid = ::getpid();
    judge(process_memory_, percent(resident_bytes(), machine->total),
          {alarm_kind::process_memory,
           {},
           std::to_string(pid),
           {{"pid", pid}, {"high_watermark", process_memory_.high()}}});
  }

  void look_at_process() {
    const std::uint64_t running = system().registry().running();
    count(actors_, alarm_kind::actors, running, most_actors_);
    count(descriptors_, alarm_kind::descriptors, open_descriptors(), most_descriptors());
  }

  void count(watermark& mark, alarm_kind what, std::uint64_t number, std::uint64_t most) {
    const double usage = percent(number, most);
    judge(mark, usage,
          {what,
           {},
           std::to_string(number),
           {{"usage", usage}, {"high_watermark", mark.high()}, {"low_watermark", mark.low()}}});
  }

  const watch_settings config_;
  const std::uint64_t most_actors_;
  alarms_actor alarms_;
  std::optional<cpu_times> cpu_before_;
  watermark cpu_{config_.cpu_high, config_.cpu_low};
  watermark system_memory_{config_.system_memory_high, config_.system_memory_high};
  watermark process_memory_{config_.process_memory_high, config_.process_memory_high};
  watermark actors_{config_.actors_high, config_.actors_low};
  watermark descriptors_{config_.descriptors_high, config_.descriptors_low};
};

} // namespace

machine_watch_actor spawn_machine_watch(caf::actor_system& system, const settings& config,
                                        alarms_actor alarms) {
  return system.spawn<machine_watch>(config, std::move(alarms));
}

} // namespace troupe

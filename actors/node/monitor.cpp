#include "troupe/actors/monitor.hpp"

#include "machine_figures.hpp"
#include "troupe/actors/config.hpp"
#include "troupe/actors/exceptions.hpp"
#include "troupe/actors/messages.hpp"

#include <caf/actor_registry.hpp>
#include <caf/config.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

namespace troupe {

namespace {

std::string caf_version() {
  return "CAF/" + std::to_string(CAF_VERSION / 10'000) + '.' + std::to_string(CAF_VERSION / 100 % 100) + '.' +
         std::to_string(CAF_VERSION % 100);
}

class monitor final : public resilient<monitor_actor> {
public:
  monitor(caf::actor_config& c, std::shared_ptr<const settings> config,
          std::shared_ptr<const node_gauges> gauges)
      : resilient<monitor_actor>(c), config_(std::move(config)), gauges_(std::move(gauges)) {}

  const char* name() const override { return "monitor"; }

protected:
  behavior_type make_behavior() override {
    return {[this](const node_query&) { return info(); }};
  }

private:
  node_info info() {
    node_info out;
    out.name = config_->node.name;
    out.version = TROUPE_VERSION;
    out.sysdescr = config_->broker.sysdescr;
    out.otp_release = caf_version();
    auto up = std::chrono::steady_clock::now() - start_;
    out.uptime_seconds =
        static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(up).count());
    std::ifstream("/proc/loadavg") >> out.load1 >> out.load5 >> out.load15;
    out.max_fds = most_descriptors();
    const struct mallinfo2 heap = mallinfo2();
    out.memory_total = std::max<std::uint64_t>(heap.arena + heap.hblkhd, resident_bytes());
    out.memory_used = out.memory_total - std::min<std::uint64_t>(heap.fordblks, out.memory_total);
    out.connections = gauges_->connections.value();
    out.process_used = system().registry().running();
    out.process_available = config_->node.process_limit;
    return out;
  }

  std::shared_ptr<const settings> config_;
  std::shared_ptr<const node_gauges> gauges_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

} // namespace

monitor_actor spawn_monitor(caf::actor_system& system, std::shared_ptr<const settings> config,
                            std::shared_ptr<const node_gauges> gauges) {
  return system.spawn<monitor>(std::move(config), std::move(gauges));
}

} // namespace troupe

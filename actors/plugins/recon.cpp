// emqx_recon: EMQ X collects garbage every recon.gc_interval; here memory that is free but kept back by the
// allocator goes to the system, when there is much of it.
#include "plugin.hpp"
#include "troupe/actors/config.hpp"
#include "troupe/actors/exceptions.hpp"
#include "troupe/actors/log.hpp"
#include "troupe/actors/messages.hpp"

#include <caf/actor_system.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <malloc.h>

namespace troupe {

namespace {

constexpr std::size_t worth_a_trim =
    16UL * 1024 * 1024; // bytes: to give them back stops who allocates meanwhile

using recon_actor = caf::typed_actor<caf::reacts_to<rule_messages>, caf::reacts_to<sweep_tick>>;

class recon final : public resilient<recon_actor> {
public:
  recon(caf::actor_config& c, milliseconds interval) : resilient<recon_actor>(c), interval_(interval) {}

  const char* name() const override { return "recon"; }

protected:
  behavior_type make_behavior() override {
    tick_later();
    return {[](const rule_messages&) {}, // it wants none
            [this](const sweep_tick&) {
              collect();
              tick_later();
            }};
  }

private:
  void tick_later() { delayed_send(caf::actor_cast<recon_actor>(ctrl()), interval_, sweep_tick{}); }

  static void collect() {
    const auto kept = ::mallinfo2().fordblks;
    if (kept < worth_a_trim)
      return;
    ::malloc_trim(0);
    log::debug("[Recon] of {} bytes that were free the system has got what it could", kept);
  }

  const milliseconds interval_;
};

event_sink start_recon(const sink_surroundings& around) {
  event_sink out;
  if (const auto interval = around.config.recon_gc_interval; interval.count() > 0)
    out.actor = around.system.spawn<recon>(interval);
  return out;
}

} // namespace

const plugin recon_plugin{.kind = plugin_kind::recon,
                          .name = "emqx_recon",
                          .type = plugin_type::feature,
                          .description = "EMQ X Recon Plugin",
                          .by_default = true,
                          .start = start_recon};

} // namespace troupe

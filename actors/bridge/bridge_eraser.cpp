// Erases what a bridge that was deleted has left in the store.
#include "bridge_rows.hpp"
#include "io_loop.hpp"
#include "troupe/actors/bridge.hpp"
#include "troupe/actors/exceptions.hpp"
#include "troupe/actors/log.hpp"
#include "troupe/actors/messages.hpp"
#include "troupe/actors/store_messages.hpp"

#include <caf/actor_system.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <chrono>
#include <functional>
#include <utility>

namespace troupe {

namespace {

constexpr std::chrono::seconds store_patience{60};

class bridge_eraser final : public resilient<bridge_eraser_actor> {
public:
  bridge_eraser(caf::actor_config& c, const bridge_surroundings& around, std::string bridge)
      : resilient<bridge_eraser_actor>(c),
        store_(around.store),
        bridge_(std::move(bridge)),
        before_(around.loop->succeed(bridge_, address())) {}

  const char* name() const override { return "bridge_eraser"; }

  void on_exit() override { self_ = nullptr; }

protected:
  behavior_type make_behavior() override {
    self_ = caf::actor_cast<caf::strong_actor_ptr>(ctrl());
    if (before_) { // it may write to the end
      set_down_handler([this](const caf::down_msg&) { find(); });
      monitor(caf::actor_cast<caf::actor>(std::exchange(before_, nullptr)));
    } else {
      send(this, probe_tick{});
    }
    return {[this](const probe_tick&) { find(); }};
  }

private:
  void find() {
    request(store_, store_patience, store_scan{store_kind::bridges, bridge_row_prefix(bridge_)})
        .then([this](const store_page& page) { erase(page); },
              [this](const caf::error&) { fail("silence"); });
  }

  void erase(const store_page& page) {
    if (!page.status.ok())
      return fail(page.status.text);
    store_write w;
    for (const auto& [row, value] : page.rows)
      if (bridge_row_number(bridge_, row))
        w.changes.push_back({store_kind::bridges, row, {}});
    if (w.changes.empty()) {
      if (erased_ > 0)
        log::warning("[Bridge] {} is deleted, and with it {} messages that it has kept",
                     log::printable(bridge_), erased_);
      quit();
      return;
    }
    erased_ += w.changes.size();
    request(store_, store_patience, std::move(w))
        .then(
            [this](const store_written& done_with) {
              done_with.status.ok() ? find() : fail(done_with.status.text);
            },
            [this](const caf::error&) { fail("silence"); });
  }

  void fail(const std::string& why) {
    log::error("[Bridge] what {} has kept cannot be erased: {}", log::printable(bridge_), why);
    quit();
  }

  store_actor store_;
  const std::string bridge_;
  caf::strong_actor_ptr before_;
  std::size_t erased_ = 0;     // messages
  caf::strong_actor_ptr self_; // nobody else may hold it while it waits
};

} // namespace

bridge_eraser_actor spawn_bridge_eraser(const bridge_surroundings& around, std::string bridge) {
  return around.system.spawn<bridge_eraser>(std::cref(around), std::move(bridge));
}

} // namespace troupe

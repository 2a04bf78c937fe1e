// The actors of plugins: one that crashes has another one in its place, and an alarm until that one works.
#include "actors/plugins/plugin_sink.hpp"
#include "actors/plugins/plugin_states.hpp"
#include "fake_alarms.hpp"
#include "support/process.hpp"
#include "support/wait.hpp"
#include "troupe/actors/config.hpp"
#include "troupe/actors/plugin_messages.hpp"
#include "troupe/actors/plugins.hpp"

#include <boost/test/unit_test.hpp>

#include <mutex>

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

constexpr std::uint16_t tripping_from = 7; // batches of this shard

class tripping_sink final : public plugin_sink {
public:
  tripping_sink(caf::actor_config& c, alarms_actor alarms) : plugin_sink(c, std::move(alarms), "tripping") {}

protected:
  void take(const rule_messages& m) override {
    if (m.from == tripping_from)
      throw std::runtime_error("boom");
  }
};

/// The actors that the plugin had, in their order.
struct sinks_of_plugin {
  std::mutex mutex;
  std::vector<event_sink_actor> all;

  std::size_t count() {
    const std::scoped_lock lock{mutex};
    return all.size();
  }
  void tell_last(std::uint16_t from) {
    rule_messages m;
    m.from = from;
    const std::scoped_lock lock{mutex};
    caf::anon_send(all.back(), std::move(m));
  }
};

struct with_plugin {
  with_plugin() : alarms(system.spawn(fake_alarms, book)) {
    auto row = std::make_shared<plugin>();
    row->kind = library_kind(0);
    row->name = "tripping";
    row->type = plugin_type::feature;
    row->description = "";
    row->start = [known = sinks](const sink_surroundings& around) {
      event_sink out;
      out.actor = around.system.spawn<tripping_sink>(around.alarms);
      const std::scoped_lock lock{known->mutex};
      known->all.push_back(out.actor);
      return out;
    };
    set_library_plugins({row});
    plugin_surroundings around{};
    around.alarms = alarms;
    around.flags = std::make_shared<plugin_flags>();
    around.config = &config;
    config.node.data_dir = folder.path().string();
    std::shared_ptr<const sink_table> table;
    actor = spawn_plugins(system, plugin_states{{loaded_plugin{"tripping", true}}}, around, table);
  }

  ~with_plugin() {
    self->send_exit(actor, caf::exit_reason::user_shutdown);
    self->wait_for(actor);
    self->send_exit(alarms, caf::exit_reason::user_shutdown);
    set_library_plugins({});
  }

  bool told(const std::vector<std::string>& what) {
    return eventually([&] { return book->entries() == what; });
  }

  settings config;
  temporary_folder folder;
  std::shared_ptr<sinks_of_plugin> sinks = std::make_shared<sinks_of_plugin>();
  std::shared_ptr<alarm_book> book = std::make_shared<alarm_book>();
  caf::actor_system_config configuration;
  caf::actor_system system{configuration};
  alarms_actor alarms;
  plugins_actor actor;
  caf::scoped_actor self{system};
};

} // namespace

BOOST_AUTO_TEST_SUITE(actors_of_plugins)

BOOST_FIXTURE_TEST_CASE(the_alarm_of_a_crash_ends_when_it_works, with_plugin) {
  sinks->tell_last(tripping_from);
  BOOST_TEST(told({"raise plugin tripping"}));
  BOOST_TEST(eventually([&] { return sinks->count() == 2; }));
  sinks->tell_last(0);
  BOOST_TEST(told({"raise plugin tripping", "clear plugin tripping"}));
}

BOOST_FIXTURE_TEST_CASE(the_alarm_of_a_crash_ends_when_it_is_reloaded, with_plugin) {
  sinks->tell_last(tripping_from);
  BOOST_TEST(told({"raise plugin tripping"}));
  self->request(actor, 10s, switch_plugin{"tripping", switch_plugin::action::reload})
      .receive([](const troupe::outcome& o) { BOOST_TEST(o.code == 0); },
               [](const caf::error&) { BOOST_TEST(false); });
  BOOST_TEST(told({"raise plugin tripping", "clear plugin tripping"}));
}

BOOST_AUTO_TEST_SUITE_END()

// Alarms: their words and bounds, and what the actor tells of them.
#include "actors/fake_node.hpp"
#include "actors/node/alarm_kinds.hpp"
#include "actors/node/alarm_table.hpp"
#include "troupe/actors/alarm_record.hpp"
#include "troupe/actors/alarms.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <set>

using namespace troupe;
using namespace troupe::test;

namespace {

raise_alarm cpu(double usage) {
  return {alarm_kind::cpu, {}, "88.5", {{"usage", usage}, {"high_watermark", 80.0}, {"low_watermark", 60.0}}};
}

raise_alarm resource(const std::string& id) {
  return {alarm_kind::resource, id, "Resource Down", {{"id", id}, {"type", std::string{"web_hook"}}}};
}

std::vector<std::string> names(const std::vector<alarm_record>& alarms) {
  std::vector<std::string> out;
  for (const auto& a : alarms)
    out.push_back(a.name);
  return out;
}

using change = alarm_table::change;

} // namespace

BOOST_AUTO_TEST_SUITE(alarm_tables)

BOOST_AUTO_TEST_CASE(words) {
  const auto a = describe(cpu(88.5));
  BOOST_TEST(a.id == "cpu_high_watermark");
  BOOST_TEST(a.desc == "88.5");
  BOOST_TEST(a.name == "high_cpu_usage");
  BOOST_TEST(a.message == "88.5% cpu usage");
  const auto r = describe(resource("resource:1"));
  BOOST_TEST(r.id == "resource_down/resource:1");
  BOOST_TEST(r.name == "resource/web_hook/resource:1/down");
  BOOST_TEST(r.message == "Resource web_hook(resource:1) is down");
  const auto f = describe({alarm_kind::flapping, "x", {}, {{"until", std::int64_t{7}}}});
  BOOST_TEST(f.id == R"({flapping_detected,<<"x">>})");
  BOOST_TEST(f.name == "flapping_detected/x");
  BOOST_TEST(f.desc == "Client x is banned until 7 for it comes and goes too often");
  const auto p = describe({alarm_kind::partition, {}, "b@h", {{"occurred", std::string{"b@h"}}}});
  BOOST_TEST(p.id == "partitioned");
  BOOST_TEST(p.message == "Partition occurs at node b@h");
  const auto c = describe({alarm_kind::plugin, "emqx_auth_http", {}, {{"error", std::string{"boom"}}}});
  BOOST_TEST(c.name == "plugin/emqx_auth_http/crashed");
  std::set<std::string> seen; // no two kinds share a name
  for (std::size_t i = 0; i < alarm_kind_count; ++i)
    BOOST_TEST(seen.insert(describe({static_cast<alarm_kind>(i), "s", {}, {}}).name).second);
}

// As an exception has them: the record is to be JSON that can be read again.
BOOST_AUTO_TEST_CASE(texts_of_others) {
  const auto a =
      describe({alarm_kind::plugin, "p", "cannot\xFF", {{"error", std::string{"cannot read \xFF\xFE"}}}});
  BOOST_TEST(a.message == "Plugin p has crashed: cannot read \\xff\\xfe");
  BOOST_TEST(a.desc == "cannot\\xff");
  BOOST_TEST(std::get<std::string>(a.details.at(0).second) == "cannot read \\xff\\xfe");
  const auto text = boost::json::serialize(to_record(a));
  boost::json::error_code failed;
  BOOST_TEST(!boost::json::parse(text, failed).is_null());
  BOOST_TEST(!failed);
  std::string euros;
  for (std::size_t i = 0; i < max_alarm_text; ++i)
    euros += "\xE2\x82\xAC";
  const auto b = describe({alarm_kind::plugin, "p", euros, {{"error", euros}}});
  for (const auto& each : {b.message, b.desc, std::get<std::string>(b.details.at(0).second)}) {
    BOOST_TEST(each.size() <= max_alarm_text);
    BOOST_TEST(each.ends_with("\xE2\x82\xAC..."));
  }
}

BOOST_AUTO_TEST_CASE(subjects_of_congested_clients) {
  BOOST_TEST(congestion_subject("c", "u") == "c/u"); // as in EMQ X
  BOOST_TEST(congestion_subject("c", "") == "c/undefined");
  BOOST_TEST(congestion_subject("a/b", "c") == "a%2Fb/c");
  BOOST_TEST(congestion_subject("a", "b/c") == "a/b/c");
  BOOST_TEST(congestion_subject("a%2Fb", "c") == "a%252Fb/c");
}

BOOST_AUTO_TEST_CASE(come_and_go) {
  alarm_table t{{}};
  BOOST_TEST((t.raise(cpu(88.5), 10) == change::raised));
  BOOST_TEST((t.raise(cpu(88.5), 20) == change::same));
  BOOST_TEST((t.raise(cpu(99), 30) == change::changed));
  BOOST_TEST(t.find(alarm_kind::cpu, {})->message == "99% cpu usage");
  BOOST_TEST(t.find(alarm_kind::cpu, {})->activated_at == 10);
  BOOST_TEST((t.raise(resource("a"), 40) == change::raised));
  BOOST_TEST((t.raise(resource("b"), 5) == change::raised));
  BOOST_TEST((names(t.active()) == std::vector<std::string>{"resource/web_hook/b/down", "high_cpu_usage",
                                                            "resource/web_hook/a/down"}));
  BOOST_TEST(!t.clear(alarm_kind::system_memory, {}, 50).has_value());
  BOOST_TEST(!t.clear(alarm_kind::resource, "c", 50).has_value());
  BOOST_TEST(t.clear(alarm_kind::resource, "a", 50)->deactivated_at == 50);
  BOOST_TEST(t.clear("high_cpu_usage", 40)->deactivated_at == 51); // though the clock was set back
  BOOST_TEST(!t.clear("high_cpu_usage", 60).has_value());
  BOOST_TEST((names(t.history()) == std::vector<std::string>{"resource/web_hook/a/down", "high_cpu_usage"}));
  BOOST_TEST(t.active().size() == 1U);
  BOOST_TEST(t.forget().size() == 2U);
  BOOST_TEST(t.history().empty());
}

BOOST_AUTO_TEST_CASE(bounds) {
  alarm_table t{{.most = 2, .validity = 100}};
  BOOST_TEST((t.raise(resource("a"), 1) == change::raised));
  BOOST_TEST((t.raise(resource("b"), 2) == change::raised));
  BOOST_TEST((t.raise(resource("c"), 3) == change::full));
  BOOST_TEST((t.raise(resource("a"), 3) == change::same));
  BOOST_TEST((t.raise(cpu(90), 3) == change::raised)); // there is one of its kind only
  t.clear(alarm_kind::resource, "a", 10);
  BOOST_TEST((t.raise(resource("c"), 11) == change::raised));
  t.clear(alarm_kind::resource, "b", 20);
  t.clear(alarm_kind::resource, "c", 30);
  BOOST_TEST((names(t.trim(30)) == std::vector<std::string>{"resource/web_hook/a/down"}));
  BOOST_TEST(t.trim(119).empty());
  BOOST_TEST((names(t.trim(120)) == std::vector<std::string>{"resource/web_hook/b/down"}));
  BOOST_TEST(t.history().size() == 1U);
}

BOOST_AUTO_TEST_CASE(clients_do_not_hide_other_alarms) {
  alarm_table t{{.most = 2, .validity = 100}};
  const auto flaps = [](const std::string& who) { return raise_alarm{alarm_kind::flapping, who, {}, {}}; };
  BOOST_TEST((t.raise(flaps("a"), 1) == change::raised));
  BOOST_TEST((t.raise({alarm_kind::congestion, "b/undefined", {}, {}}, 2) == change::raised));
  BOOST_TEST((t.raise(flaps("c"), 3) == change::full));
  BOOST_TEST((t.raise(resource("a"), 4) == change::raised));
  BOOST_TEST((t.raise({alarm_kind::plugin, "p", {}, {}}, 5) == change::raised));
  BOOST_TEST((t.raise(resource("b"), 6) == change::full));
  t.clear(alarm_kind::resource, "a", 7);
  BOOST_TEST((t.raise(flaps("c"), 8) == change::full)); // the room is not theirs
  t.clear(alarm_kind::flapping, "a", 9);
  BOOST_TEST((t.raise(flaps("c"), 10) == change::raised));
}

BOOST_AUTO_TEST_CASE(as_json) {
  auto a = describe(cpu(88.5));
  a.activated_at = 100;
  BOOST_TEST(boost::json::serialize(to_json(a, 350)) ==
             R"({"name":"high_cpu_usage","message":"88.5% cpu usage","details":{"usage":8.85E1,)"
             R"("high_watermark":8E1,"low_watermark":6E1},"activated":true,"activate_at":100,)"
             R"("deactivate_at":"infinity","duration":250})");
  a.deactivated_at = 300;
  a.details.emplace_back("pid", std::int64_t{5});
  a.details.emplace_back("who", std::string{"x"});
  const auto shown = to_json(a, 350);
  BOOST_TEST(shown.at("duration").as_int64() == 200);
  BOOST_TEST(shown.at("deactivate_at").as_int64() == 300);
  BOOST_TEST(!shown.at("activated").as_bool());
  const auto record = boost::json::serialize(to_record(a));
  const auto back = read_alarm_record(boost::json::parse(record));
  BOOST_TEST_REQUIRE(back.has_value());
  BOOST_TEST(boost::json::serialize(to_record(*back)) == record);
  for (const char* member : {"id", "desc", "name", "message", "details", "activate_at", "deactivate_at"}) {
    auto without = to_record(a);
    without.erase(member);
    BOOST_TEST(!read_alarm_record(without).has_value(), member);
    without[member] = boost::json::array{};
    BOOST_TEST(!read_alarm_record(without).has_value(), member);
  }
}

BOOST_AUTO_TEST_SUITE_END()

namespace {

// The actor between a shard that notes what is published, and a store that keeps nothing.
struct alarm_node : fake_node {
  alarm_node() : fake_node(1) { start(); }
  ~alarm_node() { caf::anon_send_exit(actor, caf::exit_reason::user_shutdown); }

  void run(const stored_alarms& stored = {}) {
    actor = spawn_alarms(system(), *config, where, stored, gauges);
  }

  template <class Answer, class Question>
  Answer ask_alarms(Question question) {
    return ask_actor<Answer>(system(), actor, std::move(question));
  }

  alarm_page page() { return ask_alarms<alarm_page>(alarm_query{true, true}); }

  template <class Message>
  void send(Message m) {
    caf::anon_send(actor, std::move(m));
  }

  // Topics and payloads of what was published so far.
  std::vector<std::string> told() {
    page();                 // the actor has handled what came before
    ask("GET", "/clients"); // and so has the shard
    std::vector<std::string> out;
    for (const auto& m : shards[0]->published)
      out.push_back(std::string{m->topic()} + ' ' + std::string{m->payload()});
    return out;
  }

  alarms_actor actor;
};

} // namespace

BOOST_AUTO_TEST_SUITE(alarm_actor)

BOOST_FIXTURE_TEST_CASE(what_is_told, alarm_node) {
  run();
  send(raise_alarm{alarm_kind::resource, "r", "Resource Down", {{"type", std::string{"web_hook"}}}});
  send(raise_alarm{alarm_kind::resource, "r", "Resource Down", {{"type", std::string{"web_hook"}}}});
  send(raise_alarm{alarm_kind::resource, "r", "other words", {{"type", std::string{"web_hook"}}}});
  send(clear_alarm{alarm_kind::resource, "r"});
  send(clear_alarm{alarm_kind::resource, "r"});
  const auto topics = "$SYS/brokers/emqx@127.0.0.1/alarms/";
  const auto t = told();
  BOOST_TEST_REQUIRE(t.size() == 5U);
  BOOST_TEST(t[0] == topics + std::string(R"(alert {"id":"resource_down/r","desc":"Resource Down"})"));
  BOOST_TEST(t[1].starts_with(topics + std::string(R"(activate {"name":"resource/web_hook/r/down",)")));
  BOOST_TEST(t[2] == topics + std::string(R"(alert {"id":"resource_down/r","desc":"other words"})"));
  BOOST_TEST(t[3] == topics + std::string(R"(clear {"id":"resource_down/r"})"));
  BOOST_TEST(t[4].starts_with(topics + std::string(R"(deactivate {"name":"resource/web_hook/r/down",)")));
  BOOST_TEST(shards[0]->published[0]->system());
  BOOST_TEST(!shards[0]->published[0]->retain());
}

BOOST_FIXTURE_TEST_CASE(nothing_is_told_without_the_action, alarm_node) {
  config->alarms.publish = false;
  run();
  send(cpu(90));
  BOOST_TEST(told().empty());
  BOOST_TEST(page().active.size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(by_hand, alarm_node) {
  run();
  send(cpu(90));
  BOOST_TEST(ask_alarms<outcome>(deactivate_alarm{"high_cpu"}).message == "not_found");
  BOOST_TEST(ask_alarms<outcome>(deactivate_alarm{"high_cpu_usage"}).code == 0);
  BOOST_TEST(page().active.empty());
  BOOST_TEST(page().history.size() == 1U);
  BOOST_TEST(ask_alarms<outcome>(forget_alarms{}).code == 0);
  BOOST_TEST(page().history.empty());
}

BOOST_FIXTURE_TEST_CASE(the_stored_ones, alarm_node) {
  auto a = describe(cpu(90));
  a.deactivated_at = 1; // long ago
  const auto old = boost::json::serialize(to_record(a));
  a.deactivated_at = 4'102'444'800'000'000; // it keeps
  const auto kept = boost::json::serialize(to_record(a));
  run({{"00000000000000000001", old}, {"04102444800000000", "{}"}, {"00004102444800000000", kept}});
  BOOST_TEST_REQUIRE(page().history.size() == 1U);
  BOOST_TEST(page().history[0].deactivated_at == a.deactivated_at);
  BOOST_TEST(page().active.empty());
}

BOOST_FIXTURE_TEST_CASE(too_many, alarm_node) {
  config->alarms.size_limit = 3;
  run();
  for (int i = 0; i < 5; ++i)
    send(resource(std::to_string(i)));
  BOOST_TEST(page().active.size() == 3U);
  BOOST_TEST(gauges->alarms_refused.load() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()

// Features of EMQ X that change topics: delayed publish, rewriting, mount points.
#include "protocol/fixture.hpp"

using namespace troupe::test;
namespace mqtt = troupe::mqtt;

namespace {

struct delaying_broker : suite_broker {
  delaying_broker()
      : suite_broker("modules.load = emqx_mod_delayed\ndelayed.max_delayed_messages = 3\n"
                     "delayed.max_delayed_bytes = 100KB\n") {}
};

struct rewriting_broker : suite_broker {
  rewriting_broker()
      : suite_broker("module.rewrite.pub.rule.1 = x/# ^x/(.+)$ wrong/$1\n"
                     "module.rewrite.pub.rule.2 = x/# ^x/y/(.+)$ z/y/$1\n"
                     "module.rewrite.sub.rule.1 = y/+/z/# ^y/(.+)/z/(.+)$ y/z/$2\n"
                     "module.rewrite.rule.1 = old/# ^old/(.+)$ new/$1\n") {}
};

struct mounting_broker : suite_broker {
  mounting_broker()
      : suite_broker("listener.tcp.external.mountpoint = m/%c/%u/\nmodules.load = emqx_mod_delayed\n"
                     "zone.external.mountpoint = not/this/\nzone.internal.mountpoint = in/\n"
                     "mqtt.exclusive_subscription = true\n") {}
};

struct unmounting_broker : suite_broker {
  unmounting_broker()
      : suite_broker("listener.tcp.external.mountpoint = none\nzone.external.mountpoint = not/this/\n") {}
};

struct naming_broker : suite_broker {
  naming_broker() : suite_broker("listener.tcp.external.mountpoint = %c/\n") {}
};

std::int64_t counted(std::string_view name) { return metric(suite_broker::get().http_port(), name); }

void http_publish(std::string_view topic, std::string_view payload, int level = 0, bool retain = false) {
  std::string body = R"({"topic":")";
  body.append(topic).append(R"(","payload":")").append(payload).append(R"(","clientid":"http","qos":)");
  body.append(std::to_string(level)).append(R"(,"retain":)").append(retain ? "true}" : "false}");
  const auto reply = http_request(suite_broker::get().http_port(), "POST", "/api/v4/mqtt/publish", body);
  BOOST_TEST(reply.body == R"({"code":0})");
}

} // namespace

BOOST_AUTO_TEST_SUITE(delayed_publish, *boost::unit_test::fixture<delaying_broker>())

BOOST_AUTO_TEST_CASE(comes_at_its_time) {
  for (const auto version : {v311, v5})
    for (const auto level : all_qos) {
      const auto t = unique("t");
      auto s = client(version);
      s.subscribe(t, qos2);
      auto p = client(version);
      const auto start = clock::now();
      const auto reason = p.publish("$delayed/1/" + t, "m", level); // acknowledged at once
      BOOST_TEST((clock::now() - start < milliseconds{900}));
      if (version == v5 && level != qos0)
        BOOST_TEST(reason == reason_code::no_matching_subscribers);
      const auto m = s.expect_message();
      BOOST_TEST((clock::now() - start >= milliseconds{900}));
      BOOST_TEST(brief(m) == t + " m " + std::to_string(static_cast<int>(level)));
    }
}

BOOST_AUTO_TEST_CASE(in_the_order_of_their_times) {
  const auto t = unique("t");
  auto s = client();
  s.subscribe(t, qos1);
  auto p = client();
  p.publish("$delayed/2/" + t, "second", qos1);
  p.publish("$delayed/1/" + t, "first", qos1);
  p.publish("$delayed/2/" + t, "third", qos1);
  BOOST_TEST(eventually([] { return counted("messages.delayed") == 3; }));
  for (const char* text : {"first", "second", "third"})
    BOOST_TEST(s.expect_message().payload == text);
  BOOST_TEST(counted("messages.delayed") == 0);
}

BOOST_AUTO_TEST_CASE(is_retained_when_it_is_published) {
  const auto t = unique("t");
  auto early = client();
  early.subscribe(t, qos1);
  auto p = client();
  p.publish("$delayed/1/" + t, "m", qos1, true);
  auto s = client();
  s.subscribe(t, qos1);
  s.subscribe("$delayed/#", qos1);
  s.expect_nothing(); // neither here nor there
  BOOST_TEST(brief(s.expect_message()) == t + " m 1");
  early.expect_message();
  auto late = client();
  late.subscribe(t, qos1);
  BOOST_TEST(brief(late.expect_message()) == t + " m 1 retain");
}

BOOST_AUTO_TEST_CASE(what_is_not_valid_is_dropped) {
  auto s = client();
  s.subscribe("#", {.level = qos1, .retain_handling = 2});
  s.subscribe("$delayed/#", qos1);
  auto p = client();
  const auto before = counted("messages.dropped");
  for (const char* topic : {"$delayed/x/a", "$delayed/1", "$delayed/1/", "$delayed//a"})
    BOOST_TEST(p.publish(topic, "m", qos1) == reason_code::no_matching_subscribers, topic);
  BOOST_TEST(counted("messages.dropped") == before + 4);
  s.expect_nothing();
}

BOOST_AUTO_TEST_CASE(bounds_drop_the_new) {
  const auto t = unique("t");
  auto s = client();
  s.subscribe(t, qos1);
  auto p = client();
  const auto before = counted("messages.dropped");
  p.publish("$delayed/1/" + t, std::string(150'000, 'x'), qos1);
  BOOST_TEST(eventually([&] { return counted("messages.dropped") == before + 1; }));
  for (const char* text : {"1", "2", "3", "4"})
    p.publish("$delayed/1/" + t, text, qos1);
  BOOST_TEST(eventually([&] { return counted("messages.dropped") == before + 2; }));
  for (const char* text : {"1", "2", "3"})
    BOOST_TEST(s.expect_message().payload == text);
}

BOOST_AUTO_TEST_CASE(wills_and_the_api_too) {
  const auto t = unique("t");
  auto s = client();
  s.subscribe(t, qos1);
  http_publish("$delayed/1/" + t, "http");
  BOOST_TEST(s.expect_message().payload == "http");
  {
    connect_options options;
    const auto topic = "$delayed/1/" + t;
    options.will = mqtt::will{};
    options.will->topic = topic;
    options.will->payload = "will";
    auto doomed = client(std::move(options));
    drop(std::move(doomed));
  }
  BOOST_TEST(s.expect_message().payload == "will");
}

BOOST_AUTO_TEST_CASE(its_lifetime_begins_when_it_is_published) {
  const auto t = unique("t");
  auto s = client();
  s.subscribe(t, qos1);
  auto p = client();
  p.publish("$delayed/2/" + t, "m", qos1, false, numbers({{property::message_expiry_interval, 1}}));
  BOOST_TEST(s.expect_message().properties.number(property::message_expiry_interval).value() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(topic_rewriting, *boost::unit_test::fixture<rewriting_broker>())

BOOST_AUTO_TEST_CASE(publishes) {
  auto s = client();
  for (const char* filter : {"z/#", "x/#", "wrong/#"})
    s.subscribe(filter, qos2);
  auto p = client();
  for (const auto level : all_qos) {
    p.publish("x/y/1", "m", level);
    BOOST_TEST(s.expect_message().topic == "z/y/1");
  }
  p.publish("x/1", "m", qos1); // the rule of the highest number decides, and finds nothing
  BOOST_TEST(s.expect_message().topic == "x/1");
  http_publish("x/y/2", "http");
  BOOST_TEST(s.expect_message().topic == "z/y/2");
  p.publish("x/y/kept", "m", qos1, true);
  BOOST_TEST(s.expect_message().topic == "z/y/kept");
  auto late = client();
  late.subscribe("z/y/kept", qos1);
  BOOST_TEST(brief(late.expect_message()) == "z/y/kept m 1 retain");
}

BOOST_AUTO_TEST_CASE(subscriptions_and_unsubscriptions) {
  for (const char* prefix : {"", "$share/g/", "$queue/"}) {
    const std::string id = "rewritten-" + std::to_string(std::string_view{prefix}.size());
    auto s = client(connect_options{.client_id = id});
    const auto wanted = prefix + std::string{"y/a/z/b"};
    BOOST_TEST(reasons(s.subscribe(wanted, qos1)) == "01");
    auto p = client();
    p.publish("y/z/b", "m", qos1);
    BOOST_TEST(s.expect_message().topic == "y/z/b");
    const auto rows = http_get(suite_broker::get().http_port(), "/api/v4/subscriptions/" + id).body;
    BOOST_TEST(rows.find("y/z/b\"") != std::string::npos, rows);
    BOOST_TEST(reasons(s.unsubscribe(wanted)) == "00");
    p.publish("y/z/b", "m", qos1);
    s.expect_nothing();
  }
}

BOOST_AUTO_TEST_CASE(rules_of_4_1_are_for_both) {
  auto s = client(v311);
  s.subscribe("old/1", qos1);
  auto p = client(v311);
  p.publish("old/1", "a", qos1);
  p.publish("new/1", "b", qos1);
  BOOST_TEST(brief(s.expect_message()) == "new/1 a 1");
  BOOST_TEST(brief(s.expect_message()) == "new/1 b 1");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(mounting, *boost::unit_test::fixture<mounting_broker>())

BOOST_AUTO_TEST_CASE(clients_see_only_what_is_theirs) {
  for (const auto version : {v311, v5}) {
    const auto id = unique("c");
    auto c = client(connect_options{.client_id = id, .username = "u"}, version);
    auto other = client(connect_options{.username = "u"}, version);
    other.subscribe("#", qos2);
    c.subscribe("#", qos2);
    for (const auto level : all_qos) {
      c.publish("a/b", "m", level);
      BOOST_TEST(brief(c.expect_message()) == "a/b m " + std::to_string(static_cast<int>(level)));
    }
    http_publish("m/" + id + "/u/x", "from outside");
    BOOST_TEST(brief(c.expect_message()) == "x from outside 0");
    other.expect_nothing();
    const auto http = suite_broker::get().http_port();
    const auto row =
        http_get(http, "/api/v4/clients/" + id.substr(0, id.find('/')) + "%2F" + id.substr(id.find('/') + 1))
            .body;
    BOOST_TEST(row.find("\"mountpoint\":\"m/" + id + "/u/\"") != std::string::npos, row);
    BOOST_TEST(reasons(c.unsubscribe("#")) == (version == v5 ? "00" : ""));
    c.publish("a/b", "m", qos1);
    c.expect_nothing();
  }
}

BOOST_AUTO_TEST_CASE(shared_and_exclusive_and_delayed_ones) {
  const auto id = unique("c");
  auto c = client(connect_options{.client_id = id});
  for (const char* filter : {"$share/g/s", "$queue/q", "$exclusive/e", "d"})
    BOOST_TEST(reasons(c.subscribe(filter, qos1)) == "01", filter);
  for (const char* topic : {"s", "q", "e"}) {
    c.publish(topic, "m", qos1);
    BOOST_TEST(c.expect_message().topic == topic);
  }
  c.publish("$delayed/1/d", "m", qos1);
  BOOST_TEST(c.expect_message().topic == "d");
  for (const char* filter : {"$share/g/s", "$queue/q", "$exclusive/e", "d"})
    BOOST_TEST(reasons(c.unsubscribe(filter)) == "00", filter);
}

BOOST_AUTO_TEST_CASE(wills_retained_messages_and_aliases) {
  const auto id = unique("c");
  {
    connect_options options{.client_id = id};
    options.will = mqtt::will{};
    options.will->topic = "will";
    options.will->payload = "w";
    options.will->retain = true;
    auto doomed = client(std::move(options));
    drop(std::move(doomed));
  }
  auto s = client(connect_options{.client_id = unique("watch"), .username = "u"});
  BOOST_TEST(eventually([&] {
    auto back =
        client(connect_options{.client_id = id, .properties = numbers({{property::topic_alias_maximum, 5}})});
    back.subscribe("will", qos1);
    const auto found = back.until_pingresp();
    if (found.empty())
      return false;
    const auto& m = std::get<mqtt::publish>(found.front());
    BOOST_TEST(m.topic == "will");
    return true;
  }));
}

// `#` reaches the mount point itself, and `+` the empty level behind it: a client is told of neither.
BOOST_AUTO_TEST_CASE(MQTT_4_7_3_1_no_topic_is_empty_behind_it) {
  for (const auto version : {v311, v5}) {
    const auto user = unique("u");
    const auto with_user = [&](connect_options o) {
      o.username = user;
      return o;
    };
    auto c = client(with_user(persistent("c", version)), version);
    const auto mount = "m/c/" + user;
    const auto at_first = counted("delivery.dropped");
    http_publish(mount + "/", "before", 1, true);
    BOOST_TEST(eventually([&] { // the retainer has it
      c.subscribe("#", qos1);
      c.expect_nothing();
      return counted("delivery.dropped") > at_first;
    }));
    c.subscribe("+", qos1);
    c.expect_nothing();
    const auto before = counted("delivery.dropped");
    for (const int level : {0, 1, 2}) {
      http_publish(mount + "/", "live", level);
      http_publish(mount, "live", level);
    }
    http_publish(mount + "/t", "below", 1);
    BOOST_TEST(brief(c.expect_message()) == "t below 1");
    BOOST_TEST(counted("delivery.dropped") == before + 6);
    drop(std::move(c));
    auto back = client(with_user(persistent("c", version)), version);
    back.expect_nothing(); // those are settled
  }
}

BOOST_AUTO_TEST_CASE(a_name_with_a_wildcard_does_not_get_in) {
  for (const char* id : {"+", "a/#", "#"}) {
    mqtt_client c{port(), v5};
    BOOST_TEST(c.connect(id).reason == reason_code::client_identifier_not_valid, id);
  }
  mqtt_client c{port(), v5};
  BOOST_TEST(c.connect(connect_options{.client_id = unique("c"), .username = "+"}).reason ==
             reason_code::client_identifier_not_valid);
}

BOOST_AUTO_TEST_CASE(topics_that_are_too_long_with_it) {
  auto c = client(connect_options{.client_id = unique("c")});
  const std::string longest(65'530, 'x');
  BOOST_TEST(c.publish(longest, "m", qos1) == reason_code::topic_name_invalid);
  BOOST_TEST(c.publish(longest, "m", qos2) == reason_code::topic_name_invalid);
  BOOST_TEST(reasons(c.subscribe(longest, qos1)) == "8f");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(mounting_at_the_client_id, *boost::unit_test::fixture<naming_broker>())

// $share/… of a client `$share` would be a shared subscription to what is not its own.
BOOST_AUTO_TEST_CASE(a_name_that_makes_a_prefix_does_not_get_in) {
  for (const auto version : all_versions)
    for (const char* id : {"$share", "$queue", "$exclusive", "$delayed", "$SYS", "$SYS/broker", "$"}) {
      mqtt_client c{port(), version};
      BOOST_TEST(c.connect(id).reason == reason_code::client_identifier_not_valid, id);
      c.expect_closed();
    }
  const auto id = "share$" + unique("c");
  auto c = client(connect_options{.client_id = id});
  c.subscribe("#", qos1);
  c.publish("$share/t", "m", qos1); // below its own name it is an ordinary topic
  BOOST_TEST(c.expect_message().topic == "$share/t");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(mount_point_of_none, *boost::unit_test::fixture<unmounting_broker>())

BOOST_AUTO_TEST_CASE(the_listener_has_none_though_its_zone_has_one) {
  const auto t = unique("t");
  auto s = client();
  s.subscribe(t, qos1);
  http_publish(t, "m", 1);
  BOOST_TEST(brief(s.expect_message()) == t + " m 1");
}

BOOST_AUTO_TEST_SUITE_END()

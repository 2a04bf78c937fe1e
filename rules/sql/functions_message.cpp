// Functions that read the event.
#include "function.hpp"
#include "troupe/mqtt/topic.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>

#include <algorithm>

namespace troupe::rules {

namespace json = boost::json;

namespace {

using kind = value::kind;

template <column C>
value column_of(evaluation& e, arguments /*a*/) {
  return e.of_event(C);
}

value topic_of(evaluation& e, arguments a) {
  const auto topic = e.of_event(column::topic);
  if (a.empty())
    return topic;
  if (!a[0].is(kind::integer))
    return wrong(e, "an integer", a[0]);
  if (!topic.is(kind::text))
    return e.fail("the event has no topic");
  auto rest = topic.text();
  e.charge(rest.size() / 4);
  bool more = true;
  std::string_view level;
  std::int64_t n = 0;
  while (more && n < a[0].integer()) {
    level = mqtt::next_level(rest, more);
    ++n;
  }
  return n > 0 && n == a[0].integer() ? value{level}
                                      : e.fail("the topic has no level " + std::to_string(a[0].integer()));
}

// A member of a payload that is an object already, which the event's own never is.
value payload_of(evaluation& e, arguments a) {
  const auto payload = e.of_event(column::payload);
  if (a.empty() || !a[0].is(kind::text))
    return payload;
  if (!payload.is(kind::map))
    return {};
  path_step step;
  step.name = a[0].text();
  return e.follow(payload, {step}, false);
}

value flag_of(evaluation& e, arguments a) {
  if (!a[0].is(kind::text))
    return wrong(e, "a string", a[0]);
  const auto flags = e.of_event(column::flags);
  path_step step;
  step.name = a[0].text();
  return flags.is(kind::map) ? e.follow(flags, {step}, false) : value{};
}

value null_of(evaluation& /*e*/, arguments /*a*/) { return {}; }

// -- lists of {topic, qos}
// --------------------------------------------------------------------------------------

template <class Matches>
value contains(evaluation& e, arguments a, Matches matches) {
  if (!a[0].is(kind::list) || !a[1].is(kind::text))
    return wrong(e, "a list of filters and a topic", a[0].is(kind::list) ? a[1] : a[0]);
  const auto& list = a[0].list();
  e.charge(list.size() * (4 + a[1].text().size() / 4));
  return value{std::any_of(list.begin(), list.end(), [&](const json::value& entry) {
    const auto* row = entry.if_object();
    const auto* topic = row == nullptr ? nullptr : row->if_contains("topic");
    if (topic == nullptr || !topic->is_string())
      return false;
    const auto* qos = row->if_contains("qos");
    const auto text = value::of(*topic).text();
    e.charge(text.size() / 4);
    return matches(text) && (a.size() < 3 || (qos != nullptr && e.same(a[2], value::of(*qos))));
  })};
}

value contains_topic_of(evaluation& e, arguments a) {
  return contains(e, a, [&](std::string_view filter) { return filter == a[1].text(); });
}

value contains_topic_match_of(evaluation& e, arguments a) {
  return contains(e, a, [&](std::string_view filter) {
    return mqtt::valid_topic_filter(filter) && mqtt::matches(filter, a[1].text());
  });
}

constexpr function table[] = {
    {"msgid", 0, 0, column_of<column::id>, "The message's id", "msgid()", ""},
    {"qos", 0, 0, column_of<column::qos>, "The message's QoS", "qos()", "1"},
    {"topic", 0, 1, topic_of, "The message's topic, or a level of it, from 1 on", "topic(2)", "\"1\""},
    {"payload", 0, 1, payload_of, "The message's payload", "payload()", ""},
    {"flags", 0, 0, column_of<column::flags>, "The message's flags", "flags()", ""},
    {"flag", 1, 1, flag_of, "One of the message's flags", "flag('retain')", ""},
    {"clientid", 0, 0, column_of<column::clientid>, "The client's id", "clientid()", "\"c1\""},
    {"username", 0, 0, column_of<column::username>, "The client's user name", "username()", "\"u1\""},
    {"clientip", 0, 0, column_of<column::peerhost>, "The client's address", "clientip()", ""},
    {"peerhost", 0, 0, column_of<column::peerhost>, "The client's address", "peerhost()", ""},
    {"contains_topic", 2, 3, contains_topic_of,
     "Whether a topic is in a list of {topic, qos}, perhaps with a QoS",
     R"(contains_topic(json_decode('[{"topic":"a/b","qos":1}]'), 'a/b', 1))", "true"},
    {"contains_topic_match", 2, 3, contains_topic_match_of,
     "Whether a filter of a list of {topic, qos} matches a topic, perhaps with a QoS",
     R"(contains_topic_match(json_decode('[{"topic":"a/+","qos":1}]'), 'a/b'))", "true"},
    {"null", 0, 0, null_of, "The undefined value", "null()", "\"undefined\""},
};

} // namespace

std::span<const function> message_functions() noexcept { return table; }

} // namespace troupe::rules

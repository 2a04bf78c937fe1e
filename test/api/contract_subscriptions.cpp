// The contract: subscriptions and routes.
#include "api/contract_world.hpp"

namespace troupe::test {

namespace {

fields subscription(const char* client, const char* topic, int qos) {
  return {{"node", is(node_name)}, {"clientid", is(client)}, {"topic", is(topic)}, {"qos", is(qos)}};
}

fields route(const char* topic) { return {{"topic", is(topic)}, {"node", is(node_name)}}; }

} // namespace

promises subscription_promises() {
  const auto all =
      rows({"clientid", "topic"}, {{"example a/b/c", subscription("example", "a/b/c", 1)},
                                   {"five $share/group/s/t", subscription("five", "$share/group/s/t", 2)},
                                   {"five wills/#", subscription("five", "wills/#", 0)},
                                   {"busy w/#", subscription("busy", "w/#", 1)},
                                   {"detached d/+", subscription("detached", "d/+", 2)}});
  const auto of_five = rows({"topic"}, {{"$share/group/s/t", subscription("five", "$share/group/s/t", 2)},
                                        {"wills/#", subscription("five", "wills/#", 0)}});
  const auto nothing = list({});
  return {
      gives("/subscriptions", all, whole_page(5)),
      gives(on_node + "/subscriptions", all, whole_page(5)),
      gives("/subscriptions/five", of_five),
      gives("/subscriptions/detached", list({members(subscription("detached", "d/+", 2))})),
      gives("/subscriptions/mortal", nothing),
      gives(on_node + "/subscriptions/five", of_five),
      gives(on_node + "/subscriptions/mortal", nothing),
      refuses("GET", "/nodes/never@seen/subscriptions", 404, "", 404),
      refuses("GET", "/nodes/never@seen/subscriptions/five", 404, "", 404),
      gives("/routes",
            rows({"topic"}, {{"a/b/c", route("a/b/c")},
                             {"s/t", route("s/t")}, // the group is not shown
                             {"wills/#", route("wills/#")},
                             {"w/#", route("w/#")},
                             {"d/+", route("d/+")}}),
            whole_page(5)),
      gives("/routes/a%2fb%2fc", list({members(route("a/b/c"))})),
      gives("/routes/d%2F+", list({members(route("d/+"))})),
      gives("/routes/wills%2F%23", list({members(route("wills/#"))})),
      gives("/routes/d%2F1", nothing), // a route is looked up, not matched
  };
}

} // namespace troupe::test

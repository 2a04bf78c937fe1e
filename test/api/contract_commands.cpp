// The contract: what clients are made to do. These calls come last, since they change what the others show.
#include "api/contract_world.hpp"

#include <algorithm>
#include <iterator>
#include <set>

namespace troupe::test {

namespace {

expectation codes(const char* topic, std::vector<std::pair<const char*, int>> by_client) {
  std::vector<expectation> out;
  for (const auto& [client, code] : by_client)
    out.push_back(members({{"topic", is(topic)}, {"clientid", is(client)}, {"code", is(code)}}));
  return list(std::move(out));
}

/// Calls and the packets that they make the broker send to `example`.
struct spoken_to {
  contract_world& w;

  std::function<bool()> hears(std::vector<mqtt::publish> wanted) const {
    return [&w = w, wanted = std::move(wanted)] {
      return std::all_of(wanted.begin(), wanted.end(), [&](const mqtt::publish& p) {
        const packet found = w.example.next();
        const auto* got = std::get_if<mqtt::publish>(&found);
        return got != nullptr && got->topic == p.topic && got->payload == p.payload &&
               got->level == p.level && got->retain == p.retain;
      });
    };
  }

  std::function<bool()> subscribed(std::set<std::string> topics) const {
    return [&w = w, topics = std::move(topics)] {
      std::set<std::string> found;
      const reply r = w.get("/subscriptions/example");
      for (const auto& row : r.data().as_array())
        found.emplace(row.at("topic").as_string());
      return found == topics;
    };
  }
};

promises publish_promises(const spoken_to& example) {
  const auto hello = [](const char* text, qos level) {
    return mqtt::publish{.topic = "a/b/c", .payload = text, .level = level};
  };
  return {
      done("POST", "/mqtt/publish",
           R"({"topic":"a/b/c","payload":"Hello World","qos":1,"retain":false,"clientid":"example"})",
           example.hears({hello("Hello World", qos::at_least_once)})),
      done("POST", "/mqtt/publish",
           R"({"topics":"a/b/c,a/b/c","payload":"aGk=","encoding":"base64","clientid":"h"})",
           example.hears({hello("hi", qos::at_most_once), hello("hi", qos::at_most_once)})),
      done("POST", "/mqtt/publish", R"({"topic":"kept","payload":"x","retain":true,"clientid":"h"})",
           [&w = example.w] { return w.get(on_node + "/stats").data().at("retained.count") == 1; }),
      done("POST", "/mqtt/publish", R"({"topic":"a/b/c","topics":"kept","payload":"1","clientid":"h"})",
           example.hears({hello("1", qos::at_most_once)})),
      {.method = "POST",
       .path = "/mqtt/publish",
       .body = R"({"topic":"a/b/c","payload":"2","clientid":"h","return":true})",
       .data = members({{"msgid", like("[0-9A-F]{32}")}}),
       .effect = example.hears({hello("2", qos::at_most_once)})},
      {.method = "POST",
       .path = "/mqtt/publish",
       .body = R"({"topics":"a/b/c,nowhere","payload":"3","clientid":"h","return":true})",
       .data = members({{"msgids", list({like("[0-9A-F]{32}"), like("[0-9A-F]{32}")})}}),
       .effect = example.hears({hello("3", qos::at_most_once)})},
      refuses("POST", "/mqtt/publish", 115, R"({"payload":"x","clientid":"h"})"),
      refuses("POST", "/mqtt/publish", 115, R"({"topic":"a/+","payload":"x","clientid":"h"})"),
      refuses("POST", "/mqtt/publish", 109, "{bad", 400),
      {.method = "POST",
       .path = "/mqtt/publish_batch",
       .body = R"([{"topic":"a/b/c","payload":"Hello World","qos":1,"clientid":"example"},)"
               R"({"topic":"a/#","payload":"x","clientid":"example"},)"
               R"({"topic":"a/b/c","payload":"Hello World Again","clientid":"example"}])",
       .data = list({members({{"topic", is("a/b/c")}, {"code", is(0)}}),
                     members({{"topic", is("a/#")}, {"code", is(115)}}),
                     members({{"topic", is("a/b/c")}, {"code", is(0)}})}),
       .effect = example.hears(
           {hello("Hello World", qos::at_least_once), hello("Hello World Again", qos::at_most_once)})},
      {.method = "POST", .path = "/mqtt/publish_batch", .body = "[]", .data = list({})},
  };
}

promises subscribe_promises(const spoken_to& example) {
  return {
      done("POST", "/mqtt/subscribe", R"({"topics":"a,b/+,b/#/x","qos":1,"clientid":"example"})",
           example.subscribed({"a/b/c", "a", "b/+"})),
      done("POST", "/mqtt/subscribe", R"({"topic":"$queue/q","clientid":"example"})",
           example.subscribed({"a/b/c", "a", "b/+", "$share/$queue/q"})),
      refuses("POST", "/mqtt/subscribe", 112, R"({"topic":"a","qos":1,"clientid":"mortal"})"),
      refuses("POST", "/mqtt/subscribe", 115, R"({"topic":"a/#/b","qos":1,"clientid":"mortal"})"),
      done("POST", "/mqtt/unsubscribe", R"({"topic":"$share/$queue/q","clientid":"example"})",
           example.subscribed({"a/b/c", "a", "b/+"})),
      done("POST", "/mqtt/subscribe", R"({"topics":"$exclusive/e,a,b/+","clientid":"example"})",
           example.subscribed({"a/b/c", "a", "b/+"})), // exclusive subscriptions are off
      done("POST", "/mqtt/unsubscribe", R"({"topic":"never","clientid":"example"})"),
      refuses("POST", "/mqtt/unsubscribe", 112, R"({"topic":"a","clientid":"mortal"})"),
      refuses("POST", "/mqtt/unsubscribe", 115, R"({"topics":"a","clientid":"example"})"),
      {.method = "POST",
       .path = "/mqtt/unsubscribe_batch",
       .body = R"([{"topic":"a","qos":1,"clientid":"example"},{"topic":"a","clientid":"mortal"}])",
       .data = codes("a", {{"example", 0}, {"mortal", 112}}),
       .effect = example.subscribed({"a/b/c", "b/+"})},
      {.method = "POST",
       .path = "/mqtt/subscribe_batch",
       .body = R"([{"topic":"c","qos":1,"clientid":"example"},{"topic":"c","clientid":"mortal"}])",
       .data = codes("c", {{"example", 0}, {"mortal", 112}}),
       .effect = example.subscribed({"a/b/c", "b/+", "c"})},
  };
}

promises kick_promises(contract_world& w) {
  const auto gone = [&w](std::string id) {
    return [&w, id = std::move(id)] {
      return w.get("/clients/" + id).data().as_array().empty() &&
             w.get("/subscriptions/" + id).data().as_array().empty();
    };
  };
  return {
      refuses("DELETE", "/nodes/never@seen/clients/example", 404, "", 404),
      done("DELETE", "/clients/example", "", gone("example")),
      refuses("DELETE", "/clients/example", 112),
      done("DELETE", on_node + "/clients/five", "", gone("five")),
      refuses("DELETE", on_node + "/clients/five", 112),
      done("DELETE", "/clients/detached", "", gone("detached")),
  };
}

} // namespace

promises command_promises(contract_world& w) {
  promises out;
  for (promises part : {publish_promises({w}), subscribe_promises({w}), kick_promises(w)})
    std::move(part.begin(), part.end(), std::back_inserter(out));
  return out;
}

} // namespace troupe::test

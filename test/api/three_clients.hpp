// Clients of every kind, for the tests of rows.
#pragma once

#include "api/fixture.hpp"

#include <boost/test/unit_test.hpp>

namespace troupe::test {

using names = std::vector<std::string>;

// The clients of the transcript that the reference keeps: one that talks, one that left its session, one
// of 5.0.
struct three_clients : served_broker {
  three_clients()
      : example(mqtt({.client_id = "example", .username = "test"})),
        five(mqtt({.client_id = "five", .version = 5, .username = "test"})) {
    started = now_ms();
    example->subscribe("a/b/c", 1);
    example->publish("test", "x");
    peer_ptr detached = mqtt({.client_id = "detached", .clean = false});
    detached->subscribe("d/+", 2);
    detached->drop();
    BOOST_TEST_REQUIRE(eventually([&] {
      return !row("detached").at("connected").as_bool() && row("example").at("recv_msg").as_int64() == 1;
    }));
  }

  object row(const std::string& id) { return get("/clients/" + id).data().at(0).as_object(); }

  names ids(const std::string& query) { return sorted(get("/clients" + query), "clientid"); }

  static names sorted(const reply& r, const char* key) {
    names out;
    for (const auto& item : r.data().as_array())
      out.emplace_back(item.at(key).as_string());
    std::sort(out.begin(), out.end());
    return out;
  }

  peer_ptr example, five;
  std::int64_t started;
};

inline std::int64_t number(const object& o, const char* key) { return o.at(key).to_number<std::int64_t>(); }

} // namespace troupe::test

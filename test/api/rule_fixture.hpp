// A broker whose rules send what they select to resources.
#pragma once

#include "api/fixture.hpp"

#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <string>

namespace troupe::test {

struct rule_broker : served_broker {
  using served_broker::served_broker;

  /// The id of what is made.
  std::string make(const char* path, const object& body) {
    const auto made = post(path, boost::json::serialize(body));
    BOOST_TEST_REQUIRE(made.code() == 0, made.text);
    return made.data().at("id").as_string().c_str();
  }

  std::string make_resource(const std::string& type, object config) {
    return make("/resources", {{"type", type}, {"config", std::move(config)}});
  }

  /// A rule with one action.
  std::string make_rule(const std::string& sql, const std::string& action, object params,
                        boost::json::array fallbacks = {}) {
    const object one{{"name", action}, {"params", std::move(params)}, {"fallbacks", std::move(fallbacks)}};
    return make("/rules", {{"rawsql", sql}, {"actions", boost::json::array{one}}});
  }

  /// `success` or `failed` of the action.
  std::int64_t count(const std::string& rule, const char* name) {
    return get("/rules/" + rule).data().at("actions").at(0).at("metrics").at(0).at(name).as_int64();
  }

  bool alive(const std::string& resource) {
    return get("/resource_status/" + resource).data().at("is_alive").as_bool();
  }

  bool alarmed(const std::string& resource) {
    return get("/alarms/present").text.find(resource) != std::string::npos;
  }

  /// Why it is down, as its alarm tells; empty: there is none.
  std::string reason(const std::string& resource) {
    const auto found = get("/nodes/emqx@127.0.0.1/alarms/activated");
    for (const auto& row : found.data().as_array())
      if (std::string{row.at("name").as_string()}.ends_with("/" + resource + "/down"))
        return row.at("details").at("reason").as_string().c_str();
    return "";
  }

  /// A fallback that publishes the payload to `failed/<clientid>`.
  static boost::json::array instead() {
    return {object{
        {"name", "republish"},
        {"params",
         object{{"target_topic", "failed/${clientid}"}, {"target_qos", 1}, {"payload_tmpl", "${payload}"}}}}};
  }
};

} // namespace troupe::test

// What the tests of the API actor have in common.
#pragma once

#include "actors/fake_node.hpp"

#include <boost/test/unit_test.hpp>

namespace troupe::test {

inline constexpr const char* node_name = "emqx@127.0.0.1";

inline client_row client(std::string id, std::string username = "") {
  client_row row;
  row.clientid = std::move(id);
  row.username = std::move(username);
  row.connected = true;
  row.proto_name = "MQTT";
  row.ip_address = "127.0.0.1";
  row.zone = "external";
  row.connected_at = row.created_at = 1'700'000'000'000;
  return row;
}

inline std::vector<std::string> texts(const boost::json::value& rows, const char* key) {
  std::vector<std::string> out;
  for (const auto& row : rows.as_array())
    out.emplace_back(row.at(key).as_string());
  return out;
}

using names = std::vector<std::string>;

inline void check_error(const reply& r, int status, int code) {
  BOOST_TEST(r.status == status);
  BOOST_TEST(r.code() == code);
  BOOST_TEST(!r.body.at("message").as_string().empty());
  BOOST_TEST(!r.body.as_object().contains("data"));
}

// Where a client id lives among two shards.
inline std::string id_on_shard(std::uint16_t shard, const std::string& stem) {
  for (int i = 0;; ++i)
    if (std::string id = stem + std::to_string(i); home_shard(id, 2) == shard)
      return id;
}

inline reply post(fake_node& node, const char* command, const std::string& body) {
  return node.ask("POST", std::string("/mqtt/") + command, {}, body);
}

/// A node of one shard where the client "c" lives.
struct one_client : fake_node {
  one_client() : fake_node(1) {
    client_row row;
    row.clientid = "c";
    shards[0]->clients = {row};
    start();
  }
  test::fake_shard& shard() { return *shards[0]; }
};

} // namespace troupe::test

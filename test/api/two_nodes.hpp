// Two brokers that may link to each other.
#pragma once

#include "api/rule_fixture.hpp"

#include <memory>
#include <string>

namespace troupe::test {

inline constexpr const char* first_name = "first@127.0.0.1";
inline constexpr const char* second_name = "second@127.0.0.1";

class two_nodes {
public:
  /// Lines for the second node's configuration, and for the first one's.
  explicit two_nodes(const std::string& second_more = {}, const std::string& first_more = {})
      : port_(free_port()),
        first(std::string{"node.name = "} + first_name +
              "\ncluster.listen = outgoing\nnode.dist_net_ticktime = 1s\n" + first_more),
        second_(std::make_unique<rule_broker>(std::string{"node.name = "} + second_name +
                                              "\ncluster.listen = 127.0.0.1:" + std::to_string(port_) +
                                              "\nnode.dist_net_ticktime = 1s\n" + second_more)) {}

  rule_broker& second() { return *second_; }

  /// How the first one names the second: name@host:port.
  std::string second_place() const { return second_name + (":" + std::to_string(port_)); }

private:
  const std::uint16_t port_;

public:
  rule_broker first;

private:
  std::unique_ptr<rule_broker> second_;
};

} // namespace troupe::test

// What moves which metric: rows of an action of real clients with the exact differences that it makes.
#pragma once

#include "api/fixture.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace troupe::test {

/// Differences by name; what is not named stays.
struct figures : std::map<std::string, std::int64_t> {
  using map::map;
};

figures operator+(figures a, const figures& b);

/// `n` control packets of a type that came in, or went out: the type's metric and the total.
figures in(const std::string& type, int n = 1);
figures out(const std::string& type, int n = 1);

/// A PUBLISH of a client, or to one.
figures received(int qos, int n = 1);
figures sent(int qos, int n = 1);

/// A client that is let in, whatever session it has.
figures let_in();

/// A broker and the clients of a row, by name. Client ids are names unless the options say otherwise.
class scene : public served_broker {
public:
  /// Access is checked in those rows only that say so.
  explicit scene(const std::string& settings = {})
      : served_broker("zone.external.enable_acl = off\n" + settings) {}

  mqtt_client& open(const std::string& name, connect_options options = {},
                    protocol_version version = protocol_version::v5);

  /// A socket that has sent nothing yet.
  mqtt_client& dial(const std::string& name, protocol_version version = protocol_version::v5);

  mqtt_client& operator[](const std::string& name) { return clients_.at(name); }

  /// Ends the connection without DISCONNECT.
  void lose(const std::string& name) { clients_.erase(name); }

  /// As lose(); the session stays, and the broker has noticed when this returns.
  void detach(const std::string& name);

  /// Ends all connections, sessions and rules.
  void clear();

private:
  std::map<std::string, mqtt_client> clients_;
  std::set<std::string> ids_;
};

struct moved {
  const char* what;
  const char* settings;     // of the broker
  void (*before)(scene& s); // whatever it moves does not count
  void (*action)(scene& s);
  figures metrics;
  figures stats; // the `.count`s
};

std::vector<moved> moved_by_connections();
std::vector<moved> moved_by_refusals();
std::vector<moved> moved_by_subscriptions();
std::vector<moved> moved_by_messages();
std::vector<moved> moved_by_drops();
std::vector<moved> moved_by_acknowledgements();
std::vector<moved> moved_by_access();
std::vector<moved> moved_by_rules();

inline void nothing_before(scene&) {}

/// CONNECT options of a session that outlives its connection.
connect_options lasting(std::string id = {});

} // namespace troupe::test

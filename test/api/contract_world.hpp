// A broker with a bit of everything in it, whose state the test knows because it has made it.
#pragma once

#include "api/contract.hpp"
#include "api/counted_client.hpp"

#include <optional>

namespace troupe::test {

inline const std::string node_name = "emqx@127.0.0.1";
inline const std::string on_node = "/nodes/" + node_name;

struct fake_machine {
  temporary_folder machine; // in the place of /proc
};

/// - `example`: 3.1.1, user test, subscribed to a/b/c, has published.
/// - `five`: 5.0, user test, with a session that outlives it, some limits of its own, a shared subscription
/// and
///   the will of another client.
/// - `busy`: a bridge of 3.1 that owes acknowledgements: two messages from the broker, one to it.
/// - `detached`: left its session, in whose queue three messages wait.
/// - `mortal`: died; its will is a retained message.
/// - An active alarm and a past one.
/// - A delayed message, a watched topic, an application and a data file.
struct contract_world : fake_machine, served_broker {
  contract_world();

  /// Seconds since the epoch, around everything that happened.
  std::int64_t before, after = 0;
  /// Milliseconds since the epoch: `example` and `five` came until then, the others after it.
  std::int64_t half_time = 0;

  counted_client example, five, busy;
  int detached_port = 0;
  traffic detached, everybody; // everybody: all clients that ever were

  fields example_row(), five_row(), busy_row(), detached_row();

private:
  void leave_session();
  void die();
  void owe();
  void run_short_of_memory();
};

promises client_promises(contract_world& w);
promises subscription_promises();
promises node_promises(contract_world& w);
promises figure_promises(contract_world& w);
promises access_promises(contract_world& w);
promises admin_promises(contract_world& w);
promises command_promises(contract_world& w);
promises alarm_promises(contract_world& w);
promises rule_promises();
promises resource_promises(contract_world& w);

} // namespace troupe::test

// Messages about alarms (reference/observability.md section 4): whoever notices trouble raises one, and
// clears it when the trouble is over.
#pragma once

#include "troupe/actors/interfaces.hpp"
#include "troupe/actors/message_type.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace troupe {

/// What is wrong. Each has a row in actors/node/alarm_kinds.cpp.
enum class alarm_kind : std::uint8_t {
  cpu,
  system_memory,
  process_memory,
  actors,
  descriptors, // Troupe's own
  store,       // Troupe's own: a write has failed
  flapping,    // a client comes and goes
  congestion,  // a client does not take what waits for it
  partition,   // a node of the cluster is out of reach
  resource,    // a rule's resource is down
  plugin,      // Troupe's own: it has crashed
};

inline constexpr std::size_t alarm_kind_count = static_cast<std::size_t>(alarm_kind::plugin) + 1;

/// The figures and facts of an alarm, by name.
using alarm_fact = std::variant<std::int64_t, double, std::string>;
using alarm_facts = std::vector<std::pair<std::string, alarm_fact>>;

/// The subject of a congested client's alarm: `<clientid>/<username>`, or `undefined` in the place of a
/// missing name. `/` and `%` of the client id are percent-encoded, so that no two clients share a subject.
std::string congestion_subject(std::string_view client_id, std::string_view username);

/// To the alarms. One that is active already gets the new words and figures.
struct raise_alarm {
  alarm_kind what = alarm_kind::cpu;
  std::string subject; // which client, node, resource or plugin; empty: there is one only
  std::string desc;    // as EMQ X 4.1 has it; empty: the message of the kind's row
  alarm_facts details;
};

/// Does nothing when it is not active.
struct clear_alarm {
  alarm_kind what = alarm_kind::cpu;
  std::string subject;
};

/// An alarm as the API shows it, in the words of EMQ X 4.1 and of 4.2.
struct alarm_record {
  std::string id, desc;
  std::string name, message;
  alarm_facts details;
  std::int64_t activated_at = 0, deactivated_at = 0; // microseconds since the epoch; 0: it is active
};

struct alarm_query {
  bool active = true, history = false; // which of them
};
struct alarm_page {
  std::vector<alarm_record> active;  // by the time at which they were raised
  std::vector<alarm_record> history; // by the time at which they were cleared
};

/// Clears the active alarm of that name (of EMQ X 4.2).
struct deactivate_alarm {
  std::string name;
};

struct forget_alarms {}; // those that are cleared

/// To the store: raise an alarm there when a write fails, and clear it with the next one that does not.
struct watch_store {
  alarms_actor alarms;
};

/// To the watch over the machine: look at this now.
struct check_cpu {};
struct check_memory {};
struct check_process {};

} // namespace troupe

TROUPE_LOCAL_MESSAGE(raise_alarm)
TROUPE_LOCAL_MESSAGE(clear_alarm)
TROUPE_LOCAL_MESSAGE(alarm_query)
TROUPE_LOCAL_MESSAGE(alarm_page)
TROUPE_LOCAL_MESSAGE(deactivate_alarm)
TROUPE_LOCAL_MESSAGE(forget_alarms)
TROUPE_LOCAL_MESSAGE(watch_store)
TROUPE_LOCAL_MESSAGE(check_cpu)
TROUPE_LOCAL_MESSAGE(check_memory)
TROUPE_LOCAL_MESSAGE(check_process)

// The settings of who is banned for what it does too often, alarms and the watch over the machine.
#include "setters.hpp"
#include "troupe/mqtt/words.hpp"

namespace troupe::config {

namespace {

using s = settings;

// "30, 1m, 5m".
const char* set_policy(offence_settings& to, std::string_view v) {
  static constexpr const char* expected =
      "a count, a time to count in and a time of the ban, such as 30, 1m, 5m";
  const auto first = v.find(','), second = first == std::string_view::npos ? first : v.find(',', first + 1);
  if (second == std::string_view::npos)
    return expected;
  const auto threshold = parse_integer(mqtt::trimmed(v.substr(0, first)));
  const auto window =
      parse_duration(mqtt::trimmed(v.substr(first + 1, second - first - 1)), std::chrono::seconds{1});
  const auto ban_time = parse_duration(mqtt::trimmed(v.substr(second + 1)), std::chrono::seconds{1});
  if (!threshold || *threshold < 1 || *threshold > 1'000'000 || !window || window->count() < 1 || !ban_time ||
      *ban_time < std::chrono::seconds{1})
    return expected;
  to = {static_cast<std::uint32_t>(*threshold), *window, *ban_time};
  return nullptr;
}

setter<settings> policy(offence_settings settings::*member) {
  return [member](settings& to, std::string_view v) { return set_policy(to.*member, v); };
}

const char* set_actions(settings& to, std::string_view v) {
  to.alarms.log = to.alarms.publish = false;
  while (!v.empty()) {
    const auto action = mqtt::take_part(v);
    if (action == "log")
      to.alarms.log = true;
    else if (action == "publish")
      to.alarms.publish = true;
    else
      return "log, publish, or both with a comma";
  }
  return nullptr;
}

setter<settings> percentage(double watch_settings::*member) {
  return [member](settings& to, std::string_view v) -> const char* {
    if (v.ends_with('%'))
      v.remove_suffix(1);
    const auto n = parse_number(mqtt::trimmed(v));
    if (!n || !(*n >= 0 && *n <= 100))
      return "a percentage such as 80%";
    to.watch.*member = *n;
    return nullptr;
  };
}

} // namespace

std::span<const row<settings>> watch_rows() {
  static const std::vector<row<settings>> rows{
      {"flapping_detect_policy", policy(&s::flapping), "30, 1m, 5m",
       "Ends of a client's connections, in which time, that are too many, and how long it is banned then"},
      {"auth_failure_policy", policy(&s::auth_failures), "10, 1m, 5m",
       "Troupe's own: refused logins from an address, in which time, that are too many, and how long it is "
       "banned then"},
      {"alarm.actions", set_actions, "log,publish", "What tells of alarms: log, publish (below $SYS)"},
      {"alarm.size_limit",
       integer<s>(1, 100'000, "an integer from 1 to 100000", &s::alarms, &alarm_settings::size_limit), "1000",
       "Past alarms that are kept; active ones about clients (flapping, congestion), and as many about "
       "resources, "
       "plugins and the like"},
      {"alarm.validity_period",
       duration<s>(std::chrono::seconds{1}, &s::alarms, &alarm_settings::validity_period), "24h",
       "How long past alarms are kept"},
      {"os_mon.procfs", path<s>(&s::watch, &watch_settings::procfs), "/proc",
       "Troupe's own: folder of the machine's figures, as in a container that shows its host's elsewhere"},
      {"os_mon.cpu_check_interval", period<s>(&s::watch, &watch_settings::cpu_check_interval), "60s",
       "Time between two looks at the processors"},
      {"os_mon.cpu_high_watermark", percentage(&watch_settings::cpu_high), "80%",
       "Busy processors that raise an alarm"},
      {"os_mon.cpu_low_watermark", percentage(&watch_settings::cpu_low), "60%", "Below it is cleared"},
      {"os_mon.mem_check_interval", period<s>(&s::watch, &watch_settings::mem_check_interval), "60s",
       "Time between two looks at the memory"},
      {"os_mon.sysmem_high_watermark", percentage(&watch_settings::system_memory_high), "70%",
       "Memory in use of the machine that raises an alarm"},
      {"os_mon.procmem_high_watermark", percentage(&watch_settings::process_memory_high), "5%",
       "Memory of the machine that the broker may have before it raises an alarm"},
      {"vm_mon.check_interval", period<s>(&s::watch, &watch_settings::check_interval), "30s",
       "Time between two looks at the broker's actors and file descriptors"},
      {"vm_mon.process_high_watermark", percentage(&watch_settings::actors_high), "80%",
       "Actors, of node.process_limit, that raise an alarm"},
      {"vm_mon.process_low_watermark", percentage(&watch_settings::actors_low), "60%", "Below it is cleared"},
      {"vm_mon.fd_high_watermark", percentage(&watch_settings::descriptors_high), "80%",
       "Troupe's own: file descriptors, of those that the broker may have, that raise an alarm"},
      {"vm_mon.fd_low_watermark", percentage(&watch_settings::descriptors_low), "60%", "Below it is cleared"},
  };
  return rows;
}

} // namespace troupe::config

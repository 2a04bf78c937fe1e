// The contract: brokers, nodes and listeners.
#include "api/contract_world.hpp"
#include "support/process.hpp"

#include <sstream>
#include <unistd.h>

namespace troupe::test {

namespace {

const char* const uptime = "(\\d+ days, )?(\\d+ hours, )?(\\d+ minutes, )?\\d+ seconds";

std::int64_t descriptor_limit(pid_t pid) {
  std::istringstream lines(read_text("/proc/" + std::to_string(pid) + "/limits"));
  const std::string name = "Max open files";
  for (std::string line; std::getline(lines, line);)
    if (line.rfind(name, 0) == 0)
      return std::stoll(line.substr(name.size()));
  return -1;
}

std::int64_t resident_bytes(pid_t pid) {
  std::istringstream numbers(read_text("/proc/" + std::to_string(pid) + "/statm"));
  std::int64_t total = 0, resident = 0;
  numbers >> total >> resident;
  return resident * ::sysconf(_SC_PAGESIZE);
}

fields node(contract_world& w, expectation memory_used, expectation memory_total) {
  return {
      {"connections", is(3)}, // of the four sessions
      {"load1", number_text(0, 10'000)},
      {"load5", number_text(0, 10'000)},
      {"load15", number_text(0, 10'000)},
      {"max_fds", is(descriptor_limit(w.pid()))},
      {"memory_total", std::move(memory_total)},
      {"memory_used", std::move(memory_used)},
      {"node", is(node_name)},
      {"node_status", is("Running")},
      {"otp_release", is("CAF/0.17.6")},
      {"process_available", is(2'097'152)},
      {"process_used", within(3 + 4, 200)}, // each connection's, each session's, the broker's own
      {"uptime", like(uptime)},
      {"version", is(TROUPE_VERSION)},
  };
}

fields listener(const char* protocol, const std::string& listen_on, int acceptors, int max_conns,
                expectation current_conns, expectation shutdown_count) {
  return {{"protocol", is(protocol)},   {"listen_on", is(listen_on)},     {"acceptors", is(acceptors)},
          {"max_conns", is(max_conns)}, {"current_conns", current_conns}, {"shutdown_count", shutdown_count}};
}

} // namespace

promises node_promises(contract_world& w) {
  const fields broker{{"datetime", time_within(w.before, w.before + 600)},
                      {"node", is(node_name)},
                      {"node_status", is("Running")},
                      {"otp_release", is("CAF/0.17.6")},
                      {"sysdescr", is("Troupe Broker")},
                      {"uptime", like(uptime)},
                      {"version", is(TROUPE_VERSION)}};
  const auto resident = resident_bytes(w.pid());
  const auto memory = like("\\d+\\.\\d\\d[KMG]");
  const auto local = [](int port) { return "127.0.0.1:" + std::to_string(port); };
  const auto listeners =
      rows({"protocol"},
           {{"mqtt:tcp", listener("mqtt:tcp", local(w.mqtt_port()), 8, 1'024'000, is(3),
                                  single_members({{"tcp_closed", at_least(2)}}))}, // detached, mortal
            {"http:management",
             listener("http:management", local(w.http_port()), 2, 512, within(1, 2), list({}))}});
  const fields endpoint{{"path", like("/.+")},
                        {"name", like("[a-z_]+")},
                        {"method", like("GET|POST|PUT|DELETE")},
                        {"descr", like("[A-Z].+")}};
  return {
      gives("/", each(members(endpoint))),
      gives("/brokers", list({members(broker)})),
      gives("/brokers/" + node_name, members(broker)),
      refuses("GET", "/brokers/never@seen", 404, "", 404),
      gives("/nodes", list({members(node(w, memory, memory))})),
      gives(on_node, members(node(w, within(resident / 2, resident * 2), at_least(resident / 2)))),
      gives("/nodes/emqx%40127.0.0.1", members(node(w, at_least(1), at_least(1)))),
      refuses("GET", "/nodes/never@seen", 404, "", 404),
      gives("/listeners", list({members({{"node", is(node_name)}, {"listeners", listeners}})})),
      gives(on_node + "/listeners", listeners),
      refuses("GET", "/nodes/never@seen/listeners", 404, "", 404),
      done("PUT", "/listeners/mqtt:tcp:external/restart", ""),
      done("PUT", on_node + "/listeners/mqtt:tcp:external/restart", ""),
      refuses("PUT", "/listeners/mqtt:tcp:nowhere/restart", 112),
      refuses("PUT", "/listeners/http:management/restart", 102, "", 403),
  };
}

} // namespace troupe::test

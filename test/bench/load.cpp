#include "load_scenarios.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sys/resource.h>
#include <type_traits>
#include <variant>

namespace {

using load::options;

struct option {
  const char* name;
  std::variant<unsigned options::*, int options::*, double options::*, bool options::*,
               std::string options::*>
      field;
  const char* meaning;
};

const option table[] = {
    {"--scenario", &options::scenario,
     "pairs, fanout, fanin, wildcard, conn, connrate, subs, retained, storm; acl and sql without a broker"},
    {"--port", &options::port, "the broker's port on the loopback interface"},
    {"--transport", &options::transport, "tcp, tls (1.3) or ws (WebSocket)"},
    {"--broker-pid", &options::broker_pid, "its process, for CPU time and memory"},
    {"--v5", &options::v5, "MQTT 5 instead of 3.1.1"},
    {"--qos", &options::qos, "of messages and subscriptions"},
    {"--size", &options::size, "bytes of a payload, at least 16"},
    {"--window", &options::window, "messages that a publisher has on their way at most"},
    {"--rate", &options::rate, "messages per second in all, due by the clock, instead of a closed loop"},
    {"--duration", &options::duration, "measured seconds"},
    {"--warmup", &options::warmup, "seconds before them"},
    {"--hold", &options::hold, "seconds that idle connections are kept"},
    {"--pubs", &options::pubs, "publishers"},
    {"--subs", &options::subs, "subscribers"},
    {"--share", &options::share, "members of the shared subscription of fanin"},
    {"--clients", &options::clients, "clients of conn, connrate, subs and storm"},
    {"--topics", &options::topics, "topics of wildcard and retained"},
    {"--filters", &options::filters, "filters per client of conn, or of subs in all"},
    {"--messages", &options::messages, "queued for each client of storm"},
    {"--username", &options::username, "of every client"},
    {"--password", &options::password, "beside it"},
    {"--prefix", &options::prefix, "what a rule of the broker puts before the topics of pairs"},
    {"--sources", &options::sources, "loopback addresses to connect from"},
};

int usage() {
  std::fputs("usage: load --scenario NAME [OPTIONS]   (one line of JSON is the result)\n", stderr);
  for (const auto& o : table)
    std::fprintf(stderr, "  %-12s %s\n", o.name, o.meaning);
  return 2;
}

bool set(options& to, const option& o, const char* value) {
  return std::visit(
      [&](auto field) {
        using type = std::remove_reference_t<decltype(to.*field)>;
        char* end = nullptr;
        if constexpr (std::is_same_v<type, std::string>) {
          to.*field = value;
          return true;
        } else {
          const auto number = std::strtod(value, &end);
          to.*field = static_cast<type>(number);
          return end != value && *end == '\0' && number >= 0;
        }
      },
      o.field);
}

bool parse(int count, char** words, options& to) {
  for (int i = 1; i < count; ++i) {
    const option* found = nullptr;
    for (const auto& o : table)
      if (std::strcmp(o.name, words[i]) == 0)
        found = &o;
    if (found == nullptr)
      return false;
    const bool flag = std::holds_alternative<bool options::*>(found->field);
    if (!flag && i + 1 == count)
      return false;
    if (!set(to, *found, flag ? "1" : words[++i]))
      return false;
  }
  return to.qos <= 2 && load::make_wire(to.transport, -1) != nullptr;
}

void allow_many_files() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

} // namespace

int main(int count, char** words) {
  using scenario = bool (*)(const options&, load::report&);
  static const std::pair<const char*, scenario> scenarios[] = {
      {"pairs", load::run_traffic},     {"fanout", load::run_traffic},
      {"fanin", load::run_traffic},     {"wildcard", load::run_traffic},
      {"conn", load::run_connections},  {"connrate", load::run_connect_rate},
      {"storm", load::run_storm},       {"subs", load::run_subscriptions},
      {"retained", load::run_retained}, {"acl", load::run_acl},
      {"sql", load::run_sql},
  };
  options o;
  if (!parse(count, words, o))
    return usage();
  allow_many_files();
  for (const auto& [name, run] : scenarios)
    if (o.scenario == name) {
      load::report result;
      const bool complete = run(o, result);
      std::printf("%s\n", result.json().c_str());
      return complete ? 0 : 1;
    }
  return usage();
}

// The contract: alarms in both forms.
#include "api/contract_world.hpp"

namespace troupe::test {

promises alarm_promises(contract_world& w) {
  const auto now = w.after * 1'000'000;
  const std::int64_t day = 86'400'000'000;
  const fields present{{"id", is("process_memory_high_watermark")}, {"desc", is(std::to_string(w.pid()))}};
  const fields past{{"id", is("system_memory_high_watermark")},
                    {"desc", is("[]")},
                    {"clear_at", time_within(w.before, w.after)}};
  const fields activated{
      {"name", is("high_process_memory_usage")},
      {"message", is("Process memory usage is higher than 5%")},
      {"details", members({{"pid", is(static_cast<int>(w.pid()))}, {"high_watermark", is(5.0)}})},
      {"activated", is(true)},
      {"activate_at", within(w.before * 1'000'000, now + day)},
      {"deactivate_at", is("infinity")},
      {"duration", within(1, day)}};
  const fields deactivated{{"name", is("high_system_memory_usage")},
                           {"message", is("System memory usage is higher than 70%")},
                           {"details", members({{"high_watermark", is(70.0)}})},
                           {"activated", is(false)},
                           {"activate_at", within(w.before * 1'000'000, now + day)},
                           {"deactivate_at", within(w.before * 1'000'000, now + day)},
                           {"duration", within(1, day)}};
  promises out;
  const auto gives_both = [&](const std::string& path, const std::string& node_path,
                              const expectation& rows) {
    out.push_back(gives(path, list({members({{"node", is(node_name)}, {"alarms", rows}})})));
    out.push_back(gives(node_path, rows));
  };
  gives_both("/alarms/present", "/alarms/present/" + node_name, list({members(present)}));
  gives_both("/alarms/history", "/alarms/history/" + node_name, list({members(past)}));
  gives_both("/alarms", on_node + "/alarms", list({members(activated), members(deactivated)}));
  gives_both("/alarms/activated", on_node + "/alarms/activated", list({members(activated)}));
  gives_both("/alarms/deactivated", on_node + "/alarms/deactivated", list({members(deactivated)}));
  const auto past_ones = [&w](std::size_t wanted) {
    return [&w, wanted] { return w.get(on_node + "/alarms/deactivated").data().as_array().size() == wanted; };
  };
  const auto body = R"({"node":"emqx@127.0.0.1","name":"high_process_memory_usage"})";
  for (promise p : {refuses("GET", "/alarms/present/never@seen", 404, "", 404),
                    refuses("GET", "/alarms/history/never@seen", 404, "", 404),
                    refuses("POST", "/alarms/deactivated", 107, "{}"),
                    refuses("POST", "/alarms/deactivated", 102, R"({"node":"emqx@127.0.0.1","name":"none"})"),
                    done("POST", "/alarms/deactivated", body, past_ones(2)),
                    done("DELETE", "/alarms/deactivated", "", past_ones(0)),
                    done("DELETE", on_node + "/alarms/deactivated", "")})
    out.push_back(std::move(p));
  return out;
}

} // namespace troupe::test

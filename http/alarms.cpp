// Alarms, in the words of EMQ X 4.1 and of 4.2 (reference/http-api.md section 8).
#include "call.hpp"
#include "command.hpp"
#include "endpoint.hpp"
#include "troupe/actors/alarm_record.hpp"
#include "troupe/actors/gather.hpp"
#include "troupe/actors/messages.hpp"
#include "troupe/actors/time_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <set>

namespace troupe {

namespace json = boost::json;

namespace {

template <class Show>
void ask(const call_ptr& c, alarm_query query, Show show) {
  c->self->request(c->where().alarms, request_timeout, query)
      .then([c, show](const alarm_page& page) { c->reply(ok(show(page))); },
            [c](const caf::error&) { c->reply(timeout()); });
}

// -- 4.1 --------------------------------------------------------------------------------------------

json::array present_rows(const alarm_page& page) {
  json::array out;
  for (const auto& alarm : page.active)
    out.push_back(json::object{{"id", alarm.id}, {"desc", alarm.desc}});
  return out;
}

// The last time that each was cleared.
json::array history_rows(const alarm_page& page) {
  json::array out;
  std::set<std::string_view> seen;
  for (auto alarm = page.history.rbegin(); alarm != page.history.rend(); ++alarm)
    if (seen.insert(alarm->id).second)
      out.push_back(json::object{{"id", alarm->id},
                                 {"desc", alarm->desc},
                                 {"clear_at", local_time_text(alarm->deactivated_at / 1000)}});
  std::reverse(out.begin(), out.end());
  return out;
}

void list_present(const call_ptr& c) { ask(c, {true, false}, present_rows); }
void list_history(const call_ptr& c) { ask(c, {false, true}, history_rows); }

// -- 4.2 --------------------------------------------------------------------------------------------

json::array all_rows_of(const alarm_page& page) {
  json::array out;
  const auto now = now_ms() * 1000;
  for (const auto* alarms : {&page.active, &page.history})
    for (const auto& alarm : *alarms)
      out.push_back(to_json(alarm, std::max(now, alarm.activated_at)));
  return out;
}

void list_all(const call_ptr& c) { ask(c, {true, true}, all_rows_of); }
void list_activated(const call_ptr& c) { ask(c, {true, false}, all_rows_of); }
void list_deactivated(const call_ptr& c) { ask(c, {false, true}, all_rows_of); }

void deactivate(const call_ptr& c) {
  const auto node = c->args.text("node"), name = c->args.text("name");
  if (!c->args.wrong().empty())
    return c->reply(bad_parameter(c->args.wrong()));
  if (!node || node->empty() || !name || name->empty())
    return c->reply(failure(body_code::missing_parameter, "missing mandatory params: ['node', 'name']"));
  if (*node != c->where().node_name)
    return c->reply(failure(body_code::unknown, "not_found"));
  carry_out(c, c->where().alarms, deactivate_alarm{*name});
}

void forget(const call_ptr& c) { carry_out(c, c->where().alarms, forget_alarms{}); }

constexpr json_member present_members[] = {{"id", "string"}, {"desc", "string"}};
constexpr object_shape present_shape{"PresentAlarm", present_members};

constexpr json_member history_members[] = {{"id", "string"}, {"desc", "string"}, {"clear_at", "string"}};
constexpr object_shape history_shape{"PastAlarm", history_members};

constexpr json_member alarm_members[] = {{"name", "string"},         {"message", "string"},
                                         {"details", "object"},      {"activated", "boolean"},
                                         {"activate_at", "integer"}, {"deactivate_at", "integer|string"},
                                         {"duration", "integer"}};
constexpr object_shape alarm_shape{"Alarm", alarm_members};
constexpr description of_alarms{.data = &alarm_shape, .many = true};

constexpr json_member which_alarm[] = {{"node", "string"}, {"name", "string"}};

constexpr endpoint table[] = {
    {"GET",
     "/alarms/present",
     "/alarms/present/:node",
     scope::grouped,
     "alarms",
     "list_all_alarms",
     "List all alarms",
     "list_node_alarms",
     "List alarms of a node",
     list_present,
     {.data = &present_shape, .many = true}},
    {"GET",
     "/alarms/history",
     "/alarms/history/:node",
     scope::grouped,
     "alarms",
     "list_all_alarm_history",
     "List all alarm history",
     "list_node_alarm_history",
     "List alarm history of a node",
     list_history,
     {.data = &history_shape, .many = true}},
    {"GET", "/alarms", "/nodes/:node/alarms", scope::grouped, "alarms",
     "list_activated_and_deactivated_alarms", "List activated and deactivated alarms in the cluster",
     "list_node_activated_and_deactivated_alarms", "List activated and deactivated alarms of a node",
     list_all, of_alarms},
    {"GET", "/alarms/activated", "/nodes/:node/alarms/activated", scope::grouped, "alarms",
     "list_all_activated_alarms", "List activated alarms in the cluster", "list_node_activated_alarms",
     "List activated alarms of a node", list_activated, of_alarms},
    {"GET", "/alarms/deactivated", "/nodes/:node/alarms/deactivated", scope::grouped, "alarms",
     "list_all_deactivated_alarms", "List deactivated alarms in the cluster", "list_node_deactivated_alarms",
     "List deactivated alarms of a node", list_deactivated, of_alarms},
    row("POST", "/alarms/deactivated", scope::anywhere, "deactivate_alarm", "Deactivate an alarm", deactivate,
        {.body = which_alarm}),
    {"DELETE", "/alarms/deactivated", "/nodes/:node/alarms/deactivated", scope::anywhere, nullptr,
     "delete_all_deactivated_alarms", "Delete deactivated alarms in the cluster",
     "delete_node_deactivated_alarms", "Delete deactivated alarms of a node", forget},
};

} // namespace

std::span<const endpoint> alarm_endpoints() { return table; }

} // namespace troupe

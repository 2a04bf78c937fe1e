// The router actor's answers about its clients and their subscriptions, row by row.
#include "router.hpp"
#include "troupe/mqtt/topic.hpp"

namespace troupe {

namespace {

template <class T, class U>
bool differs(const std::optional<T>& wanted, const U& value) {
  return wanted && *wanted != value;
}

bool outside(const std::optional<mqtt::time_ms>& from, const std::optional<mqtt::time_ms>& to,
             mqtt::time_ms value) {
  return (from && value < *from) || (to && value > *to);
}

bool lacks(const std::string& text, const std::optional<std::string>& part) {
  return part && text.find(*part) == std::string::npos;
}

// Whether any row will do: then those before the page are counted without being made.
bool unconditional(const client_query& q) {
  return !(q.client_id || q.username || q.zone || q.ip_address || q.conn_state || q.proto_name ||
           q.clean_start || q.proto_ver || q.like_client_id || q.like_username || q.created_from ||
           q.created_to || q.connected_from || q.connected_to);
}

bool unconditional(const subscription_query& q) { return !(q.topic || q.share || q.match_topic || q.qos); }

bool satisfies(const client_row& r, const client_query& q) {
  if (differs(q.client_id, r.clientid) || differs(q.username, r.username) || differs(q.zone, r.zone) ||
      differs(q.ip_address, r.ip_address) || differs(q.proto_name, r.proto_name) ||
      differs(q.proto_ver, r.proto_ver) || differs(q.clean_start, r.clean_start))
    return false;
  if (q.conn_state && *q.conn_state != (r.connected ? "connected" : "disconnected"))
    return false;
  if (lacks(r.clientid, q.like_client_id) || lacks(r.username, q.like_username))
    return false;
  return !outside(q.created_from, q.created_to, r.created_at) &&
         !outside(q.connected_from, q.connected_to, r.connected_at);
}

// The share group and the bare filter of a subscription, and how the API spells it.
struct shown_filter {
  std::string group, bare, text;
};

shown_filter show(const std::string& filter) {
  const auto target = mqtt::parse_subscription(filter);
  if (!target || !target->shared())
    return {"", std::string{target ? target->filter : filter}, filter};
  const std::string group{target->group};
  const std::string bare{target->filter};
  return {group, bare, "$share/" + group + "/" + bare};
}

bool satisfies(const shown_filter& f, int level, const subscription_query& q) {
  if (differs(q.topic, f.bare) || differs(q.share, f.group) || differs(q.qos, level))
    return false;
  return !q.match_topic || mqtt::filter_matches_filter(*q.match_topic, f.bare);
}

// Adds a row if it lies within the page. False when the page is full and the row beyond it has been seen.
template <class Page, class Row, class Query>
bool add_row(Page& page, const Query& q, Row&& row) {
  ++page.matched;
  if (page.matched <= q.skip)
    return true;
  if (page.rows.size() == q.limit)
    return false;
  page.rows.push_back(row());
  return true;
}

} // namespace

client_page router::list_clients(const client_query& q) {
  client_page page;
  auto& table = home().sessions();
  page.total = table.size();
  const bool any = unconditional(q);
  const auto visit = [&](const session_slot& s) {
    if (any && page.matched < q.skip) {
      ++page.matched;
      return true;
    }
    auto row = s.view->row();
    return !satisfies(row, q) || add_row(page, q, [&] { return std::move(row); });
  };
  if (q.client_id) { // no need to look at the others
    if (const session_slot* s = table.find(*q.client_id))
      visit(*s);
  } else {
    table.for_each(visit);
  }
  return page;
}

subscription_page router::list_subscriptions(const subscription_query& q) {
  subscription_page page;
  auto& table = home().sessions();
  const bool any = unconditional(q);
  const auto visit = [&](const session_slot& s) {
    const auto& subscriptions = s.view->machine().subscriptions();
    page.total += subscriptions.size();
    if (any && page.matched + subscriptions.size() <= q.skip) {
      page.matched += subscriptions.size();
      return true;
    }
    for (const auto& [filter, subscription] : subscriptions) {
      if (page.matched > q.skip + q.limit)
        break; // only the total is left to be counted
      const auto shown = show(filter);
      const int level = static_cast<int>(subscription.options.level);
      if (satisfies(shown, level, q))
        add_row(page, q, [&] {
          return subscription_row{std::string{s.view->client_id()}, shown.text, level};
        });
    }
    return true;
  };
  if (q.client_id) {
    if (const session_slot* s = table.find(*q.client_id))
      visit(*s);
  } else {
    table.for_each(visit);
  }
  return page;
}

stored_figures router::count_stored() {
  stored_figures result;
  home().sessions().for_each([&](const session_slot& s) {
    result.messages += s.view->machine().queue_size() + s.view->machine().inflight_size();
    return true;
  });
  return result;
}

} // namespace troupe

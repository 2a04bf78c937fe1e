// Bans: who may not connect (reference/http-api.md section 8).
#include "call.hpp"
#include "command.hpp"
#include "endpoint.hpp"
#include "pager.hpp"
#include "text.hpp"
#include "troupe/actors/ban_record.hpp"
#include "troupe/actors/gather.hpp"
#include "troupe/actors/messages.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <limits>

namespace troupe {

namespace json = boost::json;

namespace {

constexpr std::size_t longest_who = 65'535, longest_text = 1024; // bytes
constexpr std::int64_t default_duration = 300;                   // seconds

answer bad_kind() {
  return failure(body_code::bad_parameter,
                 "value of 'as' must be one of: ['clientid', 'username', 'peerhost']");
}

json::object row_json(const mqtt::ban& b) {
  return {{"who", b.who}, {"as", to_string(b.as)}, {"by", b.by}, {"reason", b.reason},
          {"at", b.at},   {"until", b.until}};
}

void list(const call_ptr& c) {
  const auto page = read_page(*c);
  if (!page)
    return c->reply(bad_parameter(c->args.wrong()));
  c->self->request(c->where().banned, request_timeout, ban_query{page->skip, page->take})
      .then(
          [c, page = *page](const ban_page& found) {
            json::array rows;
            rows.reserve(found.rows.size());
            for (const auto& b : found.rows)
              rows.push_back(row_json(*b));
            const bool has_next = found.total > page.skip && found.total - page.skip > found.rows.size();
            c->reply(ok(std::move(rows), page_window{page, false, found.total, has_next}.meta()));
          },
          [c](const caf::error&) { c->reply(timeout()); });
}

std::string short_text(arguments& args, std::string_view name, const char* otherwise) {
  auto text = args.text(name);
  if (text && text->size() > longest_text)
    args.set_wrong(name);
  return text.value_or(otherwise);
}

// Answers with the parameters as they were sent, without the defaults.
void put(const call_ptr& c, add_ban what) {
  c->self->request(c->where().banned, gathered_request_timeout, std::move(what))
      .then(
          [c](const outcome& o) {
            c->reply(o.code == body_code::success ? ok(c->args.sent()) : failure(o.code, o.message));
          },
          [c](const caf::error&) { c->reply(timeout()); });
}

void add(const call_ptr& c) {
  auto& args = c->args;
  const auto who = args.text("who"), as = args.text("as");
  const auto now = now_ms() / 1000;
  const auto seconds = [&](const char* name, std::int64_t otherwise) {
    return args.integer(name, 0, std::numeric_limits<std::int64_t>::max()).value_or(otherwise);
  };
  mqtt::ban b;
  b.by = short_text(args, "by", "user");
  b.reason = short_text(args, "reason", "undefined");
  b.at = seconds("at", now);
  b.until = seconds("until", now + default_duration);
  if (who && who->size() > longest_who)
    args.set_wrong("who");
  if (!args.wrong().empty())
    return c->reply(bad_parameter(args.wrong()));
  if (!who || who->empty() || !as)
    return c->reply(failure(body_code::missing_parameter, "missing mandatory params: ['who', 'as']"));
  const auto kind = mqtt::parse_ban_kind(*as);
  if (!kind)
    return c->reply(bad_kind());
  b.as = *kind;
  b.who = *who;
  if (!normalize(b.as, b.who))
    return c->reply(bad_parameter("who"));
  put(c, {std::move(b)});
}

void remove(const call_ptr& c) {
  const auto kind = mqtt::parse_ban_kind(c->args.path("as"));
  if (!kind)
    return c->reply(bad_kind());
  remove_ban what{*kind, c->args.path("who")};
  if (!normalize(what.as, what.who))
    return c->reply(bad_parameter("who"));
  carry_out(c, c->where().banned, std::move(what), gathered_request_timeout);
}

constexpr json_member ban_shape_members[] = {{"who", "string"},    {"as", "string"},  {"by", "string"},
                                             {"reason", "string"}, {"at", "integer"}, {"until", "integer"}};
constexpr object_shape ban_shape{"Ban", ban_shape_members};

constexpr json_member new_ban[] = {{"who", "string"},        {"as", "string"},
                                   {"by", "string", false},  {"reason", "string", false},
                                   {"at", "integer", false}, {"until", "integer", false}};
constexpr object_shape new_ban_shape{"NewBan", new_ban, "any"};

constexpr json_member list_query[] = {{"_page", "integer"}, {"_limit", "integer"}};

constexpr endpoint table[] = {
    row("GET", "/banned/", scope::local, "list_banned", "List banned", list,
        {.query = list_query, .data = &ban_shape, .many = true}),
    row("POST", "/banned/", scope::local, "create_banned", "Create banned", add,
        {.body = new_ban, .data = &new_ban_shape}),
    row("DELETE", "/banned/:as/:who", scope::local, "delete_banned", "Delete banned", remove),
};

} // namespace

std::span<const endpoint> banned_endpoints() { return table; }

} // namespace troupe

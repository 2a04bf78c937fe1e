#include "data_access.hpp"

#include "pager.hpp"
#include "troupe/actors/config.hpp"
#include "troupe/actors/gather.hpp"
#include "troupe/actors/messages.hpp"
#include "troupe/actors/user_record.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace troupe {

namespace json = boost::json;

namespace {

// As the files name them, by user_kind.
constexpr std::array<const char*, user_kind_count> kinds{"auth_clientid", "auth_username", "auth_mnesia"};
constexpr const char* rules_kind = "acl_mnesia";
const std::vector all_kinds{acl_subject_kind::login, acl_subject_kind::clientid, acl_subject_kind::username,
                            acl_subject_kind::all};

void export_rules(const call_ptr& c, const std::shared_ptr<json::object>& data, std::function<void()> next) {
  c->self->request(c->where().access, request_timeout, acl_query{all_kinds, std::nullopt, 0, all_rows})
      .then(
          [data, next = std::move(next)](const acl_page& page) {
            json::array rows;
            for (const auto& rule : page.rows)
              rows.push_back(to_record(rule));
            (*data)[rules_kind] = std::move(rows);
            next();
          },
          [c](const caf::error&) { c->reply(timeout()); });
}

void export_users(const call_ptr& c, const std::shared_ptr<json::object>& data, std::size_t i,
                  std::function<void()> next) {
  if (i == kinds.size())
    return export_rules(c, data, std::move(next));
  c->self
      ->request(c->where().access, request_timeout,
                user_query{static_cast<user_kind>(i), std::nullopt, 0, all_rows})
      .then(
          [c, data, i, next = std::move(next)](const user_page& page) {
            json::array rows;
            for (const auto& user : page.rows)
              rows.push_back(to_export(user));
            (*data)[kinds[i]] = std::move(rows);
            export_users(c, data, i + 1, next);
          },
          [c](const caf::error&) { c->reply(timeout()); });
}

// The records of a kind, each read by `read`; false when one makes no sense.
template <class Read>
bool read_records(const json::object& data, const char* kind, Read read) {
  const auto* rows = data.if_contains(kind);
  if (rows == nullptr)
    return true;
  if (!rows->is_array())
    return false;
  for (const json::value& row : rows->get_array())
    if (!read(row))
      return false;
  return true;
}

// A thousand at a time: they are kept and brought into effect together.
void import_rules(const call_ptr& c, const std::shared_ptr<imported_access>& what,
                  const std::function<void()>& next) {
  constexpr std::size_t most = 1'000;
  if (what->rules.empty())
    return next();
  const auto open = std::make_shared<std::size_t>(std::min(what->rules.size(), most));
  const auto failed = std::make_shared<bool>(false);
  const auto fail = [c, failed](answer a) {
    if (!std::exchange(*failed, true))
      c->reply(std::move(a));
  };
  for (auto left = *open; left > 0; --left) {
    put_acl rule{std::move(what->rules.back())};
    what->rules.pop_back();
    c->self->request(c->where().access, gathered_request_timeout, std::move(rule))
        .then(
            [c, what, next, open, failed, fail](const outcome& o) {
              if (o.code != body_code::success)
                fail(failure(body_code::unknown, "import_failed"));
              else if (--*open == 0 && !*failed)
                import_rules(c, what, next);
            },
            [fail](const caf::error&) { fail(timeout()); });
  }
}

} // namespace

void export_access(const call_ptr& c, const std::shared_ptr<json::object>& data, std::function<void()> next) {
  export_users(c, data, 0, std::move(next));
}

std::optional<imported_access> read_access(const call& c, const json::object& data) {
  imported_access out;
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    const auto& hash = c.config().auth.tables[i].password_hash;
    const bool read = read_records(data, kinds[i], [&](const json::value& row) {
      auto user = read_exported_user(static_cast<user_kind>(i), hash, row);
      if (user)
        out.users.push_back(std::move(*user));
      return user.has_value();
    });
    if (!read)
      return std::nullopt;
  }
  const bool read = read_records(data, rules_kind, [&](const json::value& row) {
    auto rule = read_acl_record(row);
    if (rule)
      out.rules.push_back(std::move(*rule));
    return rule.has_value();
  });
  return read ? std::optional{std::move(out)} : std::nullopt;
}

void import_access(const call_ptr& c, const std::shared_ptr<imported_access>& what,
                   std::function<void()> next) {
  if (what->users.empty())
    return import_rules(c, what, next);
  c->self->request(c->where().access, request_timeout, what->users.back())
      .then(
          [c, what, next = std::move(next)](const outcome& o) {
            auto& user = what->users.back();
            if (o.code == body_code::user_exists && user.add)
              user.add = false; // once more
            else if (o.code == body_code::success)
              what->users.pop_back();
            else
              return c->reply(failure(body_code::unknown, "import_failed"));
            import_access(c, what, next);
          },
          [c](const caf::error&) { c->reply(timeout()); });
}

} // namespace troupe

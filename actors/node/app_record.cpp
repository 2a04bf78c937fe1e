#include "troupe/actors/app_record.hpp"

#include "secret_hash.hpp"

namespace troupe {

namespace json = boost::json;

namespace {

std::string text_member(const json::object& from, std::string_view name) {
  const auto* text = from.if_contains(name);
  return text && text->is_string() ? std::string(text->get_string()) : std::string();
}

} // namespace

json::object to_record(const app_row& app, const std::string& secret) {
  return {{"id", app.id},
          {"secret", secret},
          {"name", app.name},
          {"desc", app.desc},
          {"status", app.status},
          {"expired", app.expired ? json::value(*app.expired) : json::value("undefined")}};
}

std::optional<add_app> read_app_record(const json::value& record) {
  const auto* o = record.if_object();
  if (!o)
    return std::nullopt;
  add_app what;
  what.app.id = text_member(*o, "id");
  what.app.name = text_member(*o, "name");
  what.app.desc = text_member(*o, "desc");
  what.secret = text_member(*o, "secret");
  what.hashed = is_secret_hash(what.secret);
  const auto* status = o->if_contains("status");
  what.app.status = status && status->is_bool() && status->get_bool();
  if (const auto* expired = o->if_contains("expired"); expired && expired->is_int64())
    what.app.expired = expired->get_int64();
  if (what.app.id.empty() || what.secret.empty())
    return std::nullopt;
  return what;
}

} // namespace troupe

// Export and import of what the API has made (reference/http-api.md section 10). Files are small and on this
// machine's disk, so the API actor handles them itself.
#include "call.hpp"
#include "data_access.hpp"
#include "data_files.hpp"
#include "data_rules.hpp"
#include "endpoint.hpp"
#include "json_body.hpp"
#include "pager.hpp"
#include "troupe/actors/app_record.hpp"
#include "troupe/actors/ban_record.hpp"
#include "troupe/actors/config.hpp"
#include "troupe/actors/gather.hpp"
#include "troupe/actors/messages.hpp"
#include "troupe/actors/module_record.hpp"
#include "troupe/actors/time_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace troupe {

namespace json = boost::json;

namespace {

data_files files_of(const call& c) { return data_files{c.config().node.data_dir}; }

answer missing() { return failure(body_code::missing_parameter, "missing_required_params"); }

answer failed(std::string why) { return failure(body_code::unknown, std::move(why)); }

// The name in the path or among the parameters; the call is answered when there is none that is good.
std::optional<std::string> name_of(const call_ptr& c, std::optional<std::string> given) {
  if (!c->args.wrong().empty())
    c->reply(bad_parameter(c->args.wrong()));
  else if (!given)
    c->reply(missing());
  else if (!data_files::valid_name(*given))
    c->reply(bad_parameter("filename"));
  else
    return given;
  return std::nullopt;
}

json::object entry_json(const data_files::entry& e) {
  return {{"filename", e.name}, {"size", e.size}, {"created_at", data_files::time_text(e.created_at)}};
}

// -- files ----------------------------------------------------------------------------------------------

void list_exported(const call_ptr& c) {
  json::array rows;
  for (const auto& e : files_of(*c).list())
    rows.push_back(entry_json(e));
  c->reply(ok(std::move(rows)));
}

struct named_file {
  std::string name, text;
};

// The file of that name; the call is answered when it cannot be read.
std::optional<named_file> read_named(const call_ptr& c, std::optional<std::string> given) {
  auto name = name_of(c, std::move(given));
  if (!name)
    return std::nullopt;
  std::string error;
  auto text = files_of(*c).read(*name, error);
  if (text)
    return named_file{std::move(*name), std::move(*text)};
  c->reply(failed(error));
  return std::nullopt;
}

void download(const call_ptr& c) {
  const auto file = read_named(c, c->args.path("filename"));
  if (!file)
    return;
  const json::object body{
      {"code", 0}, {"filename", files_of(*c).absolute_path(file->name)}, {"file", file->text}};
  c->reply(ok(raw_body{json::serialize(body), "application/json"}));
}

void upload(const call_ptr& c) {
  const auto text = c->args.text("file");
  const auto given = c->args.text("filename");
  if (c->args.wrong().empty() && !text)
    return c->reply(missing());
  const auto name = name_of(c, given ? given : files_of(*c).free_name(now_ms() / 1000));
  if (!name)
    return;
  std::string error;
  c->reply(files_of(*c).write(*name, *text, error) ? ok() : failed(error));
}

void remove(const call_ptr& c) {
  std::string error;
  if (const auto name = name_of(c, c->args.path("filename")))
    c->reply(files_of(*c).remove(*name, error) ? ok() : failed(error));
}

// -- export ------------------------------------------------------------------------------------------------

// Kinds of data that this broker has none of are there and empty, as a reader of EMQ X's files expects.
constexpr const char* const empty_kinds[] = {"users", "schemas"};

void write_export(const call_ptr& c, json::object data, mqtt::time_ms now) {
  for (const char* kind : empty_kinds)
    data[kind] = json::array{};
  const auto text = json::serialize(data);
  const auto name = files_of(*c).free_name(now / 1000);
  std::string error;
  if (!files_of(*c).write(name, text, error))
    return c->reply(failed(error));
  const auto made = files_of(*c).find(name); // as the list shows it: its time is the file system's
  c->reply(made ? ok(entry_json(*made)) : failed("enoent"));
}

json::array records(const app_page& page) {
  json::array out;
  for (std::size_t i = 0; i < page.rows.size(); ++i)
    out.push_back(to_record(page.rows[i], page.hashes[i]));
  return out;
}

json::array records(const module_page& page) {
  json::array out;
  for (const auto& row : page.rows)
    out.push_back(to_record(row.name, row.active));
  return out;
}

json::array records(const ban_page& page) {
  json::array out;
  for (const auto& b : page.rows)
    out.push_back(to_record(*b));
  return out;
}

// Asks who has them for the records of a kind, puts them into `data` and calls `next`.
template <class Page, class Query, class Actor, class Next>
void collect(const call_ptr& c, const Actor& whom, Query query, json::object& data, const char* kind,
             Next next) {
  c->self->request(whom, request_timeout, std::move(query))
      .then(
          [&data, kind, next](const Page& page) {
            data[kind] = records(page);
            next();
          },
          [c](const caf::error&) { c->reply(timeout()); });
}

void export_all(const call_ptr& c) {
  const auto now = now_ms();
  const auto data =
      std::make_shared<json::object>(json::object{{"version", "4.2"}, {"date", local_time_text(now)}});
  const auto& who = c->where();
  const auto write = [c, data, now] { write_export(c, std::move(*data), now); };
  const auto rules = [c, data, write] { export_rules(c, data, write); };
  const auto users = [c, data, rules] { export_access(c, data, rules); };
  const auto bans = [c, data, users, &who] {
    collect<ban_page>(c, who.banned, ban_query{0, all_rows}, *data, "blacklist", users);
  };
  const auto modules = [c, data, bans, &who] {
    collect<module_page>(c, who.modules, module_query{}, *data, "modules", bans);
  };
  collect<app_page>(c, who.apps, app_query{std::nullopt, true}, *data, "apps", modules);
}

// -- import --------------------------------------------------------------------------------------

bool known_version(const json::value* version) {
  if (!version || !version->is_string())
    return false;
  const std::string_view text{version->get_string().data(), version->get_string().size()};
  for (const std::string_view known : {"1", "3.2", "3.4", "4.0", "4.1", "4.2"})
    if (text == known)
      return true;
  return text.starts_with("4.2.");
}

// The records of a kind, each read by `read`; nothing when one makes no sense.
template <class Row>
std::optional<std::vector<Row>> read_all(const json::object& data, const char* kind,
                                         std::optional<Row> (*read)(const json::value&)) {
  std::vector<Row> out;
  const auto* rows = data.if_contains(kind);
  if (!rows)
    return out;
  if (!rows->is_array())
    return std::nullopt;
  for (const json::value& row : rows->get_array()) {
    auto one = read(row);
    if (!one)
      return std::nullopt;
    out.push_back(std::move(*one));
  }
  return out;
}

struct imported {
  std::vector<add_app> apps;
  std::vector<mqtt::ban> bans;
  std::vector<switch_module> modules;
  std::shared_ptr<imported_access> access;
  std::shared_ptr<imported_rules> rules;
};

// One after the other. Modules that are in their state already, or that this version has not, stay.
void switch_modules(const call_ptr& c, const std::shared_ptr<imported>& what) {
  if (what->modules.empty())
    return c->reply(what->rules->failed == 0 ? ok() : failed("import_failed"));
  auto next = std::move(what->modules.back());
  what->modules.pop_back();
  c->self->request(c->where().modules, gathered_request_timeout, std::move(next))
      .then(
          [c, what](const outcome& o) {
            if (o.code == body_code::unknown) // it cannot be kept
              return c->reply(failed("import_failed"));
            switch_modules(c, what);
          },
          [c](const caf::error&) { c->reply(timeout()); });
}

// One after the other; those that exist are replaced, as with EMQ X.
void add_bans(const call_ptr& c, const std::shared_ptr<imported>& what) {
  if (what->bans.empty())
    return switch_modules(c, what);
  add_ban next{std::move(what->bans.back())};
  what->bans.pop_back();
  c->self->request(c->where().banned, gathered_request_timeout, std::move(next))
      .then(
          [c, what](const outcome& o) {
            if (o.code != body_code::success)
              return c->reply(failed("import_failed"));
            add_bans(c, what);
          },
          [c](const caf::error&) { c->reply(timeout()); });
}

// One after the other; those that exist stay as they are.
void add_apps(const call_ptr& c, const std::shared_ptr<imported>& what) {
  if (what->apps.empty())
    return import_access(c, what->access,
                         [c, what] { import_rules(c, what->rules, [c, what] { add_bans(c, what); }); });
  auto next = std::move(what->apps.back());
  what->apps.pop_back();
  c->self->request(c->where().apps, request_timeout, std::move(next))
      .then(
          [c, what](const app_added& added) {
            if (added.code != body_code::success && added.message != "alread_existed")
              return c->reply(failed("import_failed"));
            add_apps(c, what);
          },
          [c](const caf::error&) { c->reply(timeout()); });
}

void import_all(const call_ptr& c) {
  const auto file = read_named(c, c->args.text("filename"));
  if (!file)
    return;
  const auto parsed = parse_body(file->text, deepest_around, any_number);
  if (!parsed || !parsed->is_object())
    return c->reply(failed("import_failed"));
  const auto& data = parsed->get_object();
  if (!known_version(data.if_contains("version")))
    return c->reply(failed("unsupported_version"));
  auto apps = read_all(data, "apps", read_app_record);
  auto bans = read_all(data, "blacklist", read_ban_record);
  auto modules = read_all(data, "modules", read_module_record);
  auto access = read_access(*c, data);
  auto rules = read_rules(data);
  if (!apps || !bans || !modules || !access || !rules)
    return c->reply(failed("import_failed"));
  add_apps(c, std::make_shared<imported>(imported{std::move(*apps), std::move(*bans), std::move(*modules),
                                                  std::make_shared<imported_access>(std::move(*access)),
                                                  std::make_shared<imported_rules>(std::move(*rules))}));
}

constexpr json_member file_shape_members[] = {
    {"filename", "string"}, {"size", "integer"}, {"created_at", "string"}};
constexpr object_shape file_shape{"DataFile", file_shape_members};

constexpr json_member import_members[] = {{"filename", "string"}};

constexpr json_member upload_members[] = {{"filename", "string", false}, {"file", "string"}};

constexpr endpoint table[] = {
    row("POST", "/data/export", scope::local, "export", "Export data", export_all, {.data = &file_shape}),
    row("GET", "/data/export", scope::local, "list_exported", "List exported file", list_exported,
        {.data = &file_shape, .many = true}),
    row("POST", "/data/import", scope::local, "import", "Import data", import_all, {.body = import_members}),
    row("GET", "/data/file/:filename", scope::local, "download", "Download data file to local", download),
    row("POST", "/data/file", scope::local, "upload", "Upload data file from local", upload,
        {.body = upload_members}),
    row("DELETE", "/data/file/:filename", scope::local, "delete", "Delete data file", remove),
};

} // namespace

std::span<const endpoint> data_endpoints() { return table; }

} // namespace troupe

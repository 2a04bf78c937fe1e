#include "sources.hpp"

#include "plugin_keys.hpp"
#include "schema.hpp"
#include "synonyms.hpp"
#include "troupe/mqtt/words.hpp"
#include "values.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>

namespace troupe::config {

namespace {

constexpr std::string_view etc_dir_key = "plugins.etc_dir";
constexpr std::string_view own_prefix = "TROUPE_";

// What is wrong, or null. The line itself is not told: it may hold a password.
const char* fault_of_line(std::string_view content, std::size_t equals, std::string_view key) {
  if (content.find('\0') != std::string_view::npos)
    return "a zero byte, which no text has";
  if (equals != std::string_view::npos && !key.empty())
    return nullptr;
  if (content.starts_with("include ") || content.starts_with("include\t"))
    return "there is no include: files of plugins may stand in the folder plugins.etc_dir, all else in this "
           "one";
  return "expected \"key = value\"";
}

void read_file(const settings_text& from, entries& into, loaded_settings& result) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  std::string_view text = from.text;
  if (text.starts_with(byte_order_mark))
    text.remove_prefix(byte_order_mark.size());
  std::size_t line = 0;
  while (!text.empty()) {
    ++line;
    const auto end = text.find('\n');
    const auto content = mqtt::trimmed(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    if (content.empty() || content.front() == '#')
      continue;
    const auto where = from.file + ":" + std::to_string(line);
    const auto equals = content.find('=');
    const auto key = mqtt::trimmed(content.substr(0, equals));
    if (const char* wrong = fault_of_line(content, equals, key)) {
      result.errors.push_back(where + ": " + wrong);
      continue;
    }
    into[std::string{known_as(key)}] = {std::string{mqtt::trimmed(content.substr(equals + 1))}, where};
  }
}

void read_plugin_file(const plugin_text& of, entries& into, loaded_settings& result) {
  entries found;
  read_file(of.from, found, result);
  const auto head = head_of_keys(of.plugin);
  for (auto& [key, e] : found)
    if (!head.empty() && key.starts_with(head))
      into[key] = std::move(e);
    else if (const char* why = refused_in_file_of(of.plugin, key))
      result.errors.push_back(e.where + ": " + key + ": " + why);
    else if (!may_be_elsewhere(of.plugin))
      result.warnings.push_back(e.where + ": \"" + key + "\" is no setting of " + of.plugin + ", ignored");
}

// EMQX_LISTENER__TCP__EXTERNAL is listener.tcp.external: two underscores make a dot.
std::string key_of_variable(std::string_view name) {
  std::string key;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name[i] == '_' && i + 1 < name.size() && name[i + 1] == '_') {
      key.push_back('.');
      ++i;
    } else {
      key.push_back(mqtt::lower(name[i]));
    }
  }
  return key;
}

// A key without a dot, such as allow_anonymous.
bool is_root_key(const std::string& key) {
  const auto rows = zone_rows();
  const auto globals = global_rows();
  return known_without_effect(key) ||
         std::any_of(globals.begin(), globals.end(), [&](const auto& r) { return r.key == key; }) ||
         std::any_of(rows.begin(), rows.end(), [&](const auto& r) { return r.global_key == key; });
}

// Variables that are no settings though they have our prefix: `troupe ctl` reads one, ./dev and the tests the
// others.
bool is_for_a_tool(std::string_view rest) {
  static constexpr std::string_view names[] = {"CTL_SECRET",   "API_DOCUMENT", "BROWSER",
                                               "FUZZ_SECONDS", "FUZZ_SEED",    "LONG"};
  return std::find(std::begin(names), std::end(names), rest) != std::end(names);
}

// Kubernetes sets them for services named troupe or troupe-mqtt: TROUPE_SERVICE_HOST,
// TROUPE_SERVICE_PORT_MQTT, TROUPE_PORT=tcp://…, TROUPE_MQTT_PORT_1883_TCP_ADDR and so on.
bool is_of_a_service(std::string_view rest, std::string_view value) {
  constexpr std::string_view with_number = "PORT_";
  const auto number = rest.find(with_number);
  const auto digit = number == std::string_view::npos ? number : number + with_number.size();
  return rest.ends_with("SERVICE_HOST") || rest.find("SERVICE_PORT") != std::string_view::npos ||
         (digit < rest.size() && rest[digit] >= '0' && rest[digit] <= '9') ||
         (rest.ends_with("PORT") && value.find("://") != std::string_view::npos);
}

// Of those without two underscores EMQX_… may be for EMQ X's own scripts, such as EMQX_HOME; TROUPE_… is
// meant for us, and reported as unknown when it is no key.
bool is_meant_as_key(std::string_view prefix, std::string_view rest, const std::string& key,
                     std::string_view value) {
  if (key.find('.') != std::string::npos || is_root_key(key))
    return true;
  return prefix == own_prefix && !is_for_a_tool(rest) && !is_of_a_service(rest, value);
}

// As in EMQ X's container an empty variable takes the key out of the file. The default that is used then may
// be less strict than the file.
void set_or_clear(std::string_view written, const std::string& value, const std::string& where, entries& into,
                  loaded_settings& result) {
  const std::string key{known_as(written)};
  if (!value.empty())
    into[key] = {value, where};
  else if (const auto i = into.find(key); i != into.end()) {
    result.warnings.push_back(where + ": is empty, so " + key + " of " + i->second.where +
                              " is left out and has its default");
    into.erase(i);
  }
}

void read_variables(std::string_view prefix, const environment& variables, entries& into,
                    loaded_settings& result) {
  std::string name;
  std::string host;
  for (const auto& [variable, value] : variables) {
    if (!std::string_view{variable}.starts_with(prefix))
      continue;
    const auto rest = std::string_view{variable}.substr(prefix.size());
    const std::string where = "environment " + variable;
    if (rest == "NAME")
      name = value;
    else if (rest == "HOST")
      host = value;
    else if (rest == "NODE_NAME")
      set_or_clear("node.name", value, where, into, result);
    else if (rest == "LOADED_PLUGINS")
      set_or_clear("plugins.load", value, where, into, result);
    else if (rest == "LOADED_MODULES")
      set_or_clear("modules.load", value, where, into, result);
    else if (const auto key = key_of_variable(rest); is_meant_as_key(prefix, rest, key, value))
      set_or_clear(key, value, where, into, result);
  }
  if (!name.empty() && !host.empty())
    into["node.name"] = {name + "@" + host, "environment " + std::string{prefix} + "NAME and HOST"};
}

} // namespace

entries read_entries(const settings_text& main, std::span<const plugin_text> of_plugins,
                     const environment& variables, loaded_settings& result) {
  entries all;
  read_file(main, all, result);
  for (const auto& of : of_plugins)
    read_plugin_file(of, all, result);
  read_variables("EMQX_", variables, all, result);
  read_variables(own_prefix, variables, all, result);
  return all;
}

std::string plugins_etc_dir(const settings_text& main, const environment& variables) {
  loaded_settings aside;
  const auto all = read_entries(main, {}, variables, aside);
  const auto i = all.find(etc_dir_key);
  return i == all.end() ? std::string{} : resolve(i->second.value, main.file);
}

std::string resolve(const std::string& path, const std::string& file) {
  const std::filesystem::path p{path};
  if (path.empty() || p.is_absolute() || file.empty())
    return path;
  return (std::filesystem::path{file}.parent_path() / p).string();
}

} // namespace troupe::config

#include "troupe/actors/settings_file.hpp"

#include "plugin_keys.hpp"
#include "sources.hpp"
#include "text_file.hpp"

#include <algorithm>
#include <filesystem>
#include <unistd.h>

namespace troupe {

namespace fs = std::filesystem;

using config::file_kind;
using config::plugin_text;
using config::settings_text;

namespace {

environment variables() {
  environment result;
  for (char** v = environ; *v != nullptr; ++v) {
    const std::string text = *v;
    const auto equals = text.find('=');
    if (equals != std::string::npos)
      result.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return result;
}

// What there is to read.
struct texts {
  settings_text main;
  std::vector<plugin_text> of_plugins;
  std::vector<std::string> errors;
};

void add_plugin_file(const fs::path& file, texts& to) {
  auto found = config::read_text(file.string(), file_kind::regular);
  if (found.error.empty())
    to.of_plugins.push_back({file.stem().string(), {file.string(), std::move(found.text)}});
  else
    to.errors.push_back(std::move(found.error));
}

std::vector<fs::path> files_in(const std::string& folder, texts& told) {
  std::vector<fs::path> files;
  std::error_code failed;
  for (fs::directory_iterator i{folder, failed}, end; !failed && i != end; i.increment(failed))
    if (i->path().extension() == ".conf")
      files.push_back(i->path());
  if (failed)
    told.errors.push_back("plugins.etc_dir: " + folder + ": " + failed.message());
  std::sort(files.begin(), files.end());
  return files;
}

// `plugin`: only its file, if it has one; empty: those of all plugins.
texts read_texts(const std::string& file, file_kind expected, const std::string& plugin,
                 const environment& variables) {
  texts out;
  if (!file.empty()) {
    auto found = config::read_text(file, expected);
    if (!found.error.empty()) {
      out.errors.push_back(std::move(found.error));
      return out;
    }
    out.main = {file, std::move(found.text)};
  }
  const auto folder = config::plugins_etc_dir(out.main, variables);
  if (!folder.empty())
    for (const auto& each : files_in(folder, out))
      if (plugin.empty() || each.stem() == plugin)
        add_plugin_file(each, out);
  return out;
}

} // namespace

loaded_settings load_settings_file(const std::string& file) {
  const auto found = variables();
  auto given = read_texts(file, file_kind::any, {}, found);
  if (given.errors.empty())
    return config::load_settings(given.main, given.of_plugins, found);
  loaded_settings result;
  result.errors = std::move(given.errors);
  return result;
}

loaded_settings reload_plugin_settings(const settings& running, const std::string& plugin) {
  loaded_settings result;
  result.values = running;
  if (!config::can_be_read_again(plugin) || (running.file.empty() && running.plugins_etc_dir.empty()))
    return result;
  const auto found = variables();
  auto given = read_texts(running.file, file_kind::regular, plugin, found);
  if (given.errors.empty()) {
    auto anew = config::load_plugin_settings(plugin, given.main, given.of_plugins, found);
    if (anew.errors.empty())
      config::copy_plugin_settings(plugin, anew.values, result.values);
    result.warnings = std::move(anew.warnings);
    result.errors = std::move(anew.errors);
  } else {
    result.errors = std::move(given.errors);
  }
  return result;
}

} // namespace troupe

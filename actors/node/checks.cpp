// What `--check` looks at beside the settings themselves, without a word into the log.
#include "../plugins/plugin_states.hpp"
#include "../tls/psk_identities.hpp"
#include "../tls/tls_context.hpp"
#include "troupe/actors/broker.hpp"
#include "troupe/actors/plugins.hpp"

#include <filesystem>
#include <utility>

namespace troupe {

namespace {

// What is wrong with their file is told elsewhere.
plugin_states states_at_start(const settings& config) {
  std::string error;
  return read_plugin_states(config, error);
}

// Whether the start may find it there. A check runs nothing of it.
bool has_library(const std::string& plugin, const settings& config) {
  std::error_code failed;
  return !config.plugins_dir.empty() &&
         std::filesystem::exists(std::filesystem::path{config.plugins_dir} / (plugin + ".so"), failed);
}

} // namespace

std::vector<std::string> check_plugins(const settings& config) {
  std::vector<std::string> errors;
  for (const auto& name : states_at_start(config).unknown())
    if (auto why = why_missing(name); !why.empty() && !has_library(name, config))
      errors.push_back(std::move(why));
  return errors;
}

// Without a certfile the start makes a certificate; all else that such a listener has is looked at.
std::vector<std::string> check_certificates(const settings& config) {
  std::vector<std::string> errors;
  const auto psk = std::make_shared<psk_identities>();
  if (states_at_start(config).loaded(psk_file_plugin))
    if (auto error = psk->load(config.psk); !error.empty())
      errors.push_back(std::move(error));
  const auto look_at = [&](const tls_settings& tls, const std::string& key) {
    std::string error;
    if (tls_context::load(tls, psk, error) == nullptr)
      errors.push_back(key + ": " + error);
  };
  for (const auto& l : config.listeners)
    if (l.secure())
      look_at(l.tls, l.key());
  if (config.management.https.enabled)
    look_at(config.management.tls, "management.listener.https");
  return errors;
}

} // namespace troupe

#include "troupe/actors/settings_file.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <unistd.h>

namespace troupe {

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

} // namespace

loaded_settings load_settings_file(const std::string& file) {
  std::string text;
  if (!file.empty()) {
    std::ifstream in{file, std::ios::binary};
    std::error_code is_folder;
    if (!in || std::filesystem::is_directory(file, is_folder)) {
      loaded_settings result;
      result.errors.push_back(file + ": cannot be read");
      return result;
    }
    text.assign(std::istreambuf_iterator<char>{in}, {});
  }
  return load_settings(text, file, variables());
}

} // namespace troupe

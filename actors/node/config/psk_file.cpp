#include "psk_file.hpp"

#include "troupe/mqtt/words.hpp"
#include "values.hpp"

namespace troupe::config {

namespace {

// What is wrong with a line, or null.
const char* add_line(std::string_view line, char delimiter, psk_table& keys) {
  const auto at = line.find(delimiter);
  if (at == std::string_view::npos)
    return "expected identity and secret with the delimiter between them";
  const auto identity = mqtt::trimmed(line.substr(0, at));
  const auto secret = mqtt::trimmed(line.substr(at + 1));
  if (identity.empty() || identity.size() > max_psk_identity || identity.find('\0') != std::string_view::npos)
    return "an identity has 1 to 128 bytes";
  if (secret.empty() || secret.size() > max_psk_secret)
    return "a secret has 1 to 256 bytes";
  return keys.emplace(identity, secret).second ? nullptr : "the identity stands in an earlier line too";
}

} // namespace

psk_file parse_psk_file(std::string_view text, char delimiter) {
  psk_file result;
  std::size_t number = 0;
  while (!text.empty()) {
    ++number;
    const auto end = text.find('\n');
    const auto line = mqtt::trimmed(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    if (line.empty() || line.front() == '#')
      continue;
    if (const char* wrong = add_line(line, delimiter, result.keys)) {
      result.error = "line " + std::to_string(number) + ": " + wrong;
      return result;
    }
  }
  return result;
}

} // namespace troupe::config

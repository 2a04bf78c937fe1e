#include "psk_identities.hpp"

#include "troupe/actors/text_file.hpp"

#include <utility>

namespace troupe {

std::string psk_identities::load(const psk_settings& from) {
  const auto file = read_text_file(from.path);
  if (!file.there || !file.error.empty())
    return "psk.file.path " + from.path + ": cannot be read" +
           (file.there ? " (" + file.error + ")" : std::string{});
  auto parsed = config::parse_psk_file(file.text, from.delimiter);
  if (!parsed.error.empty())
    return "psk.file.path " + from.path + ": " + parsed.error;
  replace(std::make_shared<const config::psk_table>(std::move(parsed.keys)), &from);
  return {};
}

std::string psk_identities::load_again() {
  psk_settings from;
  {
    const std::scoped_lock lock{mutex_};
    if (keys_ == nullptr)
      return {};
    from = from_;
  }
  return load(from);
}

void psk_identities::clear() { replace(nullptr); }

bool psk_identities::loaded() const { return current() != nullptr; }

std::optional<std::string> psk_identities::secret_of(std::string_view identity) const {
  const auto keys = current();
  if (!keys)
    return std::nullopt;
  const auto i = keys->find(identity);
  return i == keys->end() ? std::nullopt : std::optional{i->second};
}

psk_identities::table psk_identities::current() const {
  const std::scoped_lock lock{mutex_};
  return keys_;
}

void psk_identities::replace(table by, const psk_settings* from) {
  const std::scoped_lock lock{mutex_};
  if (from != nullptr)
    from_ = *from;
  keys_.swap(by);
}

} // namespace troupe

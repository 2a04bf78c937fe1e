// The identities of emqx_psk_file, which handshakes ask for.
#pragma once

#include "../node/config/psk_file.hpp"
#include "troupe/actors/config.hpp"

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace troupe {

/// Any thread may use it. Holds nobody at first.
class psk_identities {
public:
  /// Reads the file of the settings. Returns what is wrong with it, after which all is as before.
  std::string load(const psk_settings& from);

  /// The same with the settings of the last one that went well. Nothing happens while no file is loaded.
  std::string load_again();

  /// From now on nobody is known.
  void clear();

  /// Whether a file is loaded.
  bool loaded() const;

  /// The secret of an identity; nothing: it is not known.
  std::optional<std::string> secret_of(std::string_view identity) const;

private:
  using table = std::shared_ptr<const config::psk_table>;

  table current() const;
  void replace(table by, const psk_settings* from = nullptr);

  mutable std::mutex mutex_; // of what follows
  table keys_;               // null: none is loaded
  psk_settings from_;        // those of keys_
};

} // namespace troupe

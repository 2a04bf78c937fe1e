// What the store actor is asked, and what it answers: rows of bytes that outlive the process.
#pragma once

#include "troupe/actors/message_type.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace troupe {

/// What is kept apart from each other. to_string gives the name on disk, so neither may ever change; new
/// kinds come at the end.
enum class store_kind : std::uint8_t {
  apps,
  banned,
  users,
  acl,
  plugins, // which are loaded, and in which order
  modules,
  rules,
  resources,
  alarms,
  retained,
  delayed,
  sasl,    // users of enhanced authentication
  bridges, // messages that wait for other brokers
};

inline constexpr std::size_t store_kind_count = static_cast<std::size_t>(store_kind::bridges) + 1;

const char* to_string(store_kind kind) noexcept;

enum class store_code : std::uint8_t {
  ok,
  in_use,         // another process has the folder
  foreign_format, // a version of Troupe wrote it that this one does not know, or something else did
  not_accessible, // no permission, a read-only file system, a file where a folder should be
  full,           // the disk
  corrupt,        // what was read is not what was written
  failed,         // anything else
};

/// The answer to each request. After a failed write the rows are there or not, as they were before or as they
/// should be; the next write may succeed.
struct store_status {
  store_code code = store_code::ok;
  std::string text; // for people: what failed and why

  bool ok() const noexcept { return code == store_code::ok; }
};

/// Bytes of a key.
inline constexpr std::size_t longest_store_key = 65'535;

/// Puts a row, or erases it where there is no value (also one that is not there).
struct store_change {
  store_kind kind = store_kind::apps;
  std::string key;                  // any bytes, 1 to longest_store_key
  std::optional<std::string> value; // any bytes; JSON for most kinds
};

/// All changes come true, or none of them. Later ones win.
struct store_write {
  std::vector<store_change> changes;
};

/// The write is as durable as `store.fsync` says.
struct store_written {
  store_status status;
};

/// The next rows of a kind, in the order of the bytes of their keys, with all that was written before.
struct store_scan {
  store_kind kind = store_kind::apps;
  std::string after;       // the last key that was seen; empty: from the beginning
  std::size_t limit = 256; // rows; the store limits their bytes to about 4 MB
};

struct store_page {
  store_status status;
  std::vector<std::pair<std::string, std::string>> rows; // key and value
  bool done = true;                                      // no more rows behind these
};

struct store_commit {};

/// To those who write behind: answer when what they hold now has been written, or cannot be.
struct flush_unwritten {};
struct flushed {
  bool written = true; // or nothing is to be written
};

} // namespace troupe

TROUPE_LOCAL_MESSAGE(store_write)
TROUPE_LOCAL_MESSAGE(store_written)
TROUPE_LOCAL_MESSAGE(store_scan)
TROUPE_LOCAL_MESSAGE(store_page)
TROUPE_LOCAL_MESSAGE(store_commit)
TROUPE_LOCAL_MESSAGE(flush_unwritten)
TROUPE_LOCAL_MESSAGE(flushed)

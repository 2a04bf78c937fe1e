// RocksDB as the broker uses it: rows by kind, errors as values. One thread at a time.
#pragma once

#include "store_folder.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace troupe {

class database {
public:
  /// As open_database (troupe/actors/store.hpp); nothing happens before `open`.
  database(std::string folder, bool fsync);
  database(const database&) = delete;
  database& operator=(const database&) = delete;
  ~database(); // closes

  /// Takes the folder and opens the rows that are there. Where there are none yet nothing is made before the
  /// first write: a broker that keeps nothing pays for nothing.
  store_status open();

  /// Writes the changes of all `writes` in their order, or none. After a failure the rows are opened anew
  /// for the next call: RocksDB itself refuses all later writes after many kinds of failures.
  store_status write(std::span<const store_write> writes);

  /// See store_scan.
  store_page scan(const store_scan& which);

  /// Writes since `open`, each with one fsync at most: fewer than requests where they are gathered.
  std::uint64_t commits() const noexcept { return commits_; }

private:
  struct rows; // RocksDB's objects

  enum class if_log : std::uint8_t { whole, damaged }; // else refuses it; takes what is before the damage

  store_status open_rows();
  store_status open_rows(if_log is);
  store_status ensure_rows();
  store_status ensure_kind(store_kind kind);
  store_status fail(store_status status);

  store_folder folder_;
  bool fsync_;
  std::unique_ptr<rows> rows_; // null: nothing is open
  std::uint64_t commits_ = 0;
};

} // namespace troupe

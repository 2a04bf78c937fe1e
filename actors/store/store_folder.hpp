// The folder of the store: one process has it at a time, and a file in it says which format the rest has.
//
//   lock     locked while a process has the folder; says which one
//   format   the version of what is in rows/
//   rows/    RocksDB's files, made by the first write
//   damaged/ what RocksDB's log was when a start found it damaged the last time
#pragma once

#include "troupe/actors/store_messages.hpp"

#include <string>

namespace troupe {

class store_folder {
public:
  /// The format that this version reads and writes. It goes up when an older version would misread a newer
  /// one's rows; a new kind of rows alone does not harm.
  static constexpr int format = 1;

  explicit store_folder(std::string path) : path_(std::move(path)) {}
  store_folder(const store_folder&) = delete;
  store_folder& operator=(const store_folder&) = delete;
  ~store_folder(); // gives the lock back

  /// Makes the folder where it is missing, locks it, takes it from all but its owner (mode 0700; a folder of
  /// another owner that is open is a warning) and checks its format. Nothing else is written.
  store_status claim();

  /// Whether there are rows. Only after `claim`.
  bool has_rows() const;

  /// Copies RocksDB's logs to logs_path, where no others stay.
  store_status keep_logs() const;
  std::string logs_path() const { return path_ + "/damaged"; }

  /// Says in the file `format` what `rows/` will hold. Once, before the first row.
  store_status begin_rows();

  const std::string& path() const noexcept { return path_; }
  std::string rows_path() const { return path_ + "/rows"; }

private:
  store_status make() const;
  store_status lock();
  store_status keep_private() const;
  store_status check_format() const;
  bool has_lost_rows() const;
  store_status failure(const std::string& what, int error) const;

  std::string path_;
  int lock_ = -1;
};

} // namespace troupe

// The files that hold exported data (reference/http-api.md section 10): `*.json` in one folder.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe {

/// Plain files of one folder, by names that cannot lead out of it. Errors are the system's names as EMQ X
/// shows them: "enoent", "eacces".
class data_files {
public:
  static constexpr std::size_t largest = 64 << 20; // bytes of a file
  static constexpr std::size_t most_files = 1000;

  explicit data_files(std::string folder) : folder_(std::move(folder)) {}

  struct entry {
    std::string name;
    std::uint64_t size = 0;
    std::int64_t created_at = 0; // seconds since the epoch
  };

  /// Letters, digits, `.`, `_` and `-`, at most 200, ending in `.json` and beginning with none of `.` and
  /// `-`.
  static bool valid_name(std::string_view name);

  /// `emqx-export-Y-M-D-H-M-S.json`, without leading zeros, in local time.
  static std::string export_name(std::int64_t seconds);

  /// `Y-M-D H:M:S`, without leading zeros, in local time.
  static std::string time_text(std::int64_t seconds);

  /// `export_name`, with `-2`, `-3` and so on before the suffix when there is such a file.
  std::string free_name(std::int64_t seconds) const;

  std::string full_path(const std::string& name) const;

  /// The same for those who do not know where the broker runs: from the root, without links on the way.
  std::string absolute_path(const std::string& name) const;

  /// Nothing: there is no such file.
  std::optional<entry> find(const std::string& name) const;

  /// Oldest first.
  std::vector<entry> list() const;

  std::optional<std::string> read(const std::string& name, std::string& error) const;

  /// Replaces the file as a whole; it is there, and on the disk, when this returns true. Refused when the
  /// folder has `most_files`, or the text more bytes than `largest`.
  bool write(const std::string& name, std::string_view text, std::string& error) const;

  bool remove(const std::string& name, std::string& error) const;

private:
  std::string folder_;
};

} // namespace troupe

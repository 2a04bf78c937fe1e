// Files of TLS that come with a resource's configuration, as EMQ X's dashboard sends them:
// {"filename": "ca.pem", "file": "-----BEGIN CERTIFICATE-----…"} in the place of a path.
#pragma once

#include "troupe/rules/resource_definition.hpp"

#include <map>
#include <string>
#include <string_view>

namespace troupe {

/// By id.
using resource_definitions = std::map<std::string, rules::resource_definition, std::less<>>;

/// They lie in a folder of their own, for its owner only, by names that are made of what is in them: what is
/// called `filename` is only shown. The record of a resource has them as well, so that they are written again
/// where they are missing. One thread.
class resource_files {
public:
  static constexpr std::size_t most_bytes = 64 * 1024; // of one
  static constexpr std::size_t longest_name = 255;     // bytes

  /// The folder need not exist. Empty: no files are taken.
  explicit resource_files(std::string folder) : folder_(std::move(folder)) {}

  /// Writes those of `d` that are not there yet. What is wrong with the first one that is not PEM, too large
  /// or cannot be written, in EMQ X's words; empty: nothing.
  std::string write(const rules::resource_definition& d) const;

  /// `d` with the paths that `write` gives in the place of files; an empty text where there is none, which is
  /// what an object without a `filename` says.
  rules::resource_definition with_paths(rules::resource_definition d) const;

  /// Removes those of `d` that none of `kept` has.
  void remove(const rules::resource_definition& d, const resource_definitions& kept) const;

  /// Removes whatever none of `kept` has, such as what a broker that was killed has left.
  void remove_others(const resource_definitions& kept) const;

private:
  std::string write(const char* parameter, std::string_view text) const;
  std::string path_of(std::string_view text) const;

  std::string folder_;
};

} // namespace troupe

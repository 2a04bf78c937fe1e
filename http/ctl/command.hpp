// The commands of `troupe ctl`, as a table: a row makes a command.
#pragma once

#include <span>
#include <string_view>

namespace troupe::ctl {

/// How the answer is shown to people.
enum class layout : unsigned char {
  nothing, // "ok"
  table,   // `data` is an array of rows, page by page where the API has pages
  groups,  // [{"node": name, key: [rows]}]
  figures, // [{"node": name, key: {name: number}}]
  record,  // each object of `data` in lines "name : value"
};

struct column {
  const char* title;
  const char* member; // of a row, or `member/member` of an object in it
};

/// An argument: a text in the path where the path has `:name`, else a member of the JSON body.
struct parameter {
  const char* name;
  bool number = false;
  const char* fallback = nullptr; // null: it must be given
};

struct command {
  const char* words; // "clients show"
  const char* help;
  const char* method;
  const char* path;
  std::span<const parameter> parameters;
  layout how;
  const char* key;                 // of `groups` and `figures`
  std::span<const column> columns; // of `table`, `groups` and `record`; none: all members
};

std::span<const command> commands();

/// The command that the words begin with, or null; of two with the same words, the one whose arguments are
/// there. `used` is the number of its words.
const command* find_command(std::span<const std::string_view> words, std::size_t& used);

} // namespace troupe::ctl

// A rule's SQL, compiled once and evaluated for every event (reference/rule-engine.md sections 2 to 5).
#pragma once

#include "troupe/rules/event.hpp"
#include "troupe/rules/kv_store.hpp"
#include "troupe/rules/regex.hpp"
#include "troupe/rules/sql_error.hpp"
#include "troupe/rules/value.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace troupe::rules {

/// One output of a rule: names and values in the order in which the rule selects them. It lives until the
/// next evaluation with the same workspace.
class row {
public:
  using members = std::vector<std::pair<std::string_view, value>>;

  explicit row(const members& m) noexcept : members_(&m) {}

  const members& all() const noexcept { return *members_; }
  value find(std::string_view name) const noexcept; // undefined: not selected

  /// As a JSON object.
  void append_json(std::string& out) const;

private:
  const members* members_;
};

/// Memory that evaluations use one after the other, so that most of them allocate nothing. Not for two
/// threads.
class workspace {
public:
  explicit workspace(std::size_t limit = arena::default_limit) : memory(limit) {}

  arena memory;
  pattern_cache patterns;
  std::vector<value> names;                         // by the slots of the query
  std::vector<row::members> outputs;                // kept for their capacity
  std::size_t used = 0;                             // of outputs
  std::shared_ptr<kv_store> of_node;                // what kv_store_* use; null: one is made
  std::shared_ptr<connection_store> of_connections; // likewise proc_dict_*
};

/// What came of an event.
struct verdict {
  enum class kind : std::uint8_t {
    not_matched, // the condition does not hold
    matched,     // `rows` outputs, which are none when FOREACH has nothing to go through
    failed,      // an error: as if the rule did not exist, and to be told
  };
  kind what = kind::not_matched;
  std::string error; // "WHERE: line 1, column 20: …"

  bool matched() const noexcept { return what == kind::matched; }
};

class query {
public:
  static std::variant<query, sql_error> parse(std::string_view sql);

  query(query&&) noexcept;
  query& operator=(query&&) noexcept;
  ~query();

  const std::string& sql() const noexcept;

  /// FOREACH: any number of outputs.
  bool foreach () const noexcept;

  /// The topics and events behind FROM.
  const std::vector<std::string>& topics() const noexcept;

  /// Evaluates. The outputs are in `w` until it is used again. Whether the event has one of the topics is the
  /// caller's business.
  verdict run(const event& e, workspace& w) const;

  static std::size_t outputs(const workspace& w) noexcept { return w.used; }
  static row output(const workspace& w, std::size_t i) noexcept { return row{w.outputs[i]}; }

private:
  struct compiled;
  explicit query(std::unique_ptr<const compiled> c) noexcept;

  std::unique_ptr<const compiled> compiled_;
};

} // namespace troupe::rules

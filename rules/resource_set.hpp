// The resources of the rules of a node, started.
#pragma once

#include "resources/resource_files.hpp"
#include "troupe/actors/rule_messages.hpp"
#include "troupe/actors/rule_resource.hpp"

#include <caf/fwd.hpp>

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <variant>

namespace troupe {

class resource_set {
public:
  static constexpr std::size_t most = 1'000;

  /// `folder` is for files that come with definitions.
  resource_set(resource_surroundings around, std::string folder);

  /// All of them, as actions look for them. Another map after each change.
  const std::shared_ptr<const resource_map>& all() const noexcept { return all_; }
  std::uint64_t count() const noexcept { return all_->size(); }
  std::uint64_t max() const noexcept { return max_; }

  /// As they were given. Those of `all` have paths in the place of files.
  const resource_definitions& definitions() const noexcept { return definitions_; }

  /// The definition that a command makes, checked, its files written: `start` or `forget` comes next. Or what
  /// is wrong with it, as the API says it.
  std::variant<rules::resource_definition, std::string> check(const put_resource& m);

  /// Starts one that was checked, in the place of one with its id.
  void start(const rules::resource_definition& d);

  /// One that was checked does not start.
  void forget(const rules::resource_definition& d) const { files_.remove(d, definitions_); }

  /// One of the store, at the start. Where something is wrong with it by now, such as a file that is missing,
  /// it is there and down, with its alarm, until an update or `owner`, which it asks for one every 10 s,
  /// starts it.
  void restore(const rules::resource_definition& d, const rules_actor& owner);

  /// After the last `restore`: removes files that no definition has.
  void remove_unused_files() const { files_.remove_others(definitions_); }

  /// Also of one that is not there.
  void remove(const std::string& id);

  /// Ends them all, also for those who still hold them.
  void stop() noexcept;

private:
  std::string what_is_wrong(const rules::resource_definition& d) const;
  void define(const rules::resource_definition& d, resource_ptr started);
  void stop_waiting(const resource& old);
  void change(const std::string& id, resource_ptr to);
  std::string fresh_id();

  resource_surroundings around_;
  resource_files files_;
  resource_definitions definitions_;
  std::shared_ptr<const resource_map> all_ = std::make_shared<const resource_map>();
  std::uint64_t max_ = 0;
  std::mt19937 random_{std::random_device{}()};
};

} // namespace troupe

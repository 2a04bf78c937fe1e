// The writer of the subscription trie: changes it by copying what readers may see, and changes in place what
// this commit has already copied.
#pragma once

#include "subscription_nodes.hpp"

#include <cstdint>
#include <deque>
#include <string_view>
#include <vector>

namespace troupe::mqtt::trie {

class writer {
public:
  writer();
  ~writer();
  writer(const writer&) = delete;
  writer& operator=(const writer&) = delete;

  bool subscribe(std::string_view filter, std::string_view group_name, const subscriber& s); // true: added
  bool unsubscribe(std::string_view filter, std::string_view group_name, const subscriber& address);

  const node* root() const noexcept { return root_; }

  /// Everything since the last call is published as `version`: from now on it is copied before it is changed.
  void seal(std::uint64_t version);

  /// Frees what was replaced by a version up to `version`.
  void reclaim(std::uint64_t version);

  std::size_t retired() const noexcept { return retired_.size(); }

  std::size_t filters = 0;
  std::size_t subscriptions = 0;
  std::size_t shared = 0;

private:
  enum class kind : std::uint8_t { node, hamt, chunk, chunk_index, group, group_list, extras };
  struct retired_object {
    std::uint64_t version; // the first one that does not have it
    void* object;
    kind what;
  };

  // Where a filter's subscribers hang: a node, and whether in its part for `#`.
  struct place {
    node* at = nullptr;
    bool hash = false;
  };

  // subscription_writer.cpp
  place open_path(std::string_view filter);
  void prune();
  void editable(node*& n);
  extras& editable_extras(node& n);
  bool occupied(const place& p) const;
  static void destroy(void* object, kind what);
  void discard(void* object, kind what, std::uint32_t epoch);
  void destroy_all();

  // subscription_hamt.cpp
  node*& child_slot(node& parent, std::string_view name);
  node*& slot_in(hamt*& h, unsigned shift, std::string_view name, std::uint64_t hash);
  void remove_child(node& parent, const node& child);
  void remove_in(hamt*& h, unsigned shift, const node& child, std::uint64_t hash);
  hamt* make_hamt(std::uint32_t slots, std::uint32_t bitmap);
  void editable(hamt*& h, unsigned shift);
  hamt* with_slot(hamt* h, unsigned shift, std::uint32_t bit, std::uintptr_t slot);
  hamt* without_slot(hamt* h, unsigned shift, std::uint32_t position, std::uint32_t bit);
  node* make_node(std::string_view name);

  // subscription_sets.cpp
  bool insert(subscriber_set& set, const subscriber& s);
  bool erase(subscriber_set& set, const subscriber& address);
  chunk* make_chunk(std::uint32_t capacity);
  chunk* with_room(chunk* c);
  bool insert(chunk*& c, const subscriber& s);
  bool insert_indexed(subscriber_set& set, const subscriber& s);
  chunk_index* make_index(std::uint32_t capacity);
  chunk_index* editable_index(subscriber_set& set, std::uint32_t room);
  bool erase_indexed(subscriber_set& set, const subscriber& address);

  // subscription_groups.cpp
  group& group_of(group_list*& list, std::string_view name);
  bool erase_from_group(group_list*& list, std::string_view name, const subscriber& address);
  void remove_group(group_list*& list, std::size_t at);
  void editable(group_list*& list);
  void editable(group*& g);
  group* make_group(std::string_view name);

  node* root_;
  std::uint32_t epoch_ = 1;   // of this commit; objects of another one are published
  std::uint64_t version_ = 1; // published last
  std::uint64_t next_group_id_ = 1;
  std::deque<retired_object> retired_;
  std::vector<node*> path_; // of the last open_path, from the root
};

} // namespace troupe::mqtt::trie

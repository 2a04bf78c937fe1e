#include "subscription_writer.hpp"

#include "troupe/mqtt/topic.hpp"

#include <cstdlib>
#include <new>
#include <random>

namespace troupe::mqtt::trie {

namespace {

const std::uint64_t seed = std::random_device{}() * 0x9E3779B97F4A7C15 + std::random_device{}();

template <class Word>
std::uint64_t load(const char* p) noexcept {
  Word word = 0;
  std::memcpy(&word, p, sizeof word);
  return word;
}

// Up to 8 bytes, the same ones twice where that spares a loop.
std::uint64_t load_short(const char* p, std::size_t n) noexcept {
  if (n >= 4)
    return load<std::uint32_t>(p) << 32 | load<std::uint32_t>(p + n - 4);
  if (n >= 2)
    return load<std::uint16_t>(p) << 16 | load<std::uint16_t>(p + n - 2);
  return n == 0 ? 0 : load<std::uint8_t>(p);
}

} // namespace

std::uint64_t hash_level(std::string_view level) noexcept {
  constexpr std::uint64_t k = 0x9FB21C651E98DF25;
  std::uint64_t h = seed ^ (level.size() * k);
  const char* p = level.data();
  std::size_t n = level.size();
  while (n > 8) {
    h = (h ^ load<std::uint64_t>(p)) * k;
    h ^= h >> 35;
    p += 8;
    n -= 8;
  }
  h = (h ^ load_short(p, n)) * k;
  h ^= h >> 32;
  h *= k;
  return h ^ (h >> 29);
}

writer::writer() : root_(make_node({})) {}

writer::~writer() {
  destroy_all();
  reclaim(UINT64_MAX);
}

// -- life of the nodes
// ---------------------------------------------------------------------------------------

void writer::destroy(void* object, kind what) {
  switch (what) {
    case kind::group: delete static_cast<group*>(object); break;
    case kind::group_list: delete static_cast<group_list*>(object); break;
    case kind::extras: delete static_cast<extras*>(object); break;
    default: std::free(object);
  }
}

// What this commit made nobody has seen; the rest waits for the readers.
void writer::discard(void* object, kind what, std::uint32_t epoch) {
  if (epoch == epoch_)
    destroy(object, what);
  else
    retired_.push_back({version_ + 1, object, what});
}

void writer::seal(std::uint64_t version) {
  version_ = version;
  if (++epoch_ == 0)
    epoch_ = 1;
}

void writer::reclaim(std::uint64_t version) {
  while (!retired_.empty() && retired_.front().version <= version) {
    destroy(retired_.front().object, retired_.front().what);
    retired_.pop_front();
  }
}

void writer::editable(node*& n) {
  if (n->epoch == epoch_)
    return;
  node* copy = make_node(n->name());
  copy->children = n->children;
  copy->subscribers = n->subscribers;
  copy->more = n->more;
  discard(n, kind::node, n->epoch);
  n = copy;
}

extras& writer::editable_extras(node& n) {
  if (n.more == nullptr) {
    n.more = new extras;
    n.more->epoch = epoch_;
  } else if (n.more->epoch != epoch_) {
    auto* copy = new extras(*n.more);
    copy->epoch = epoch_;
    discard(n.more, kind::extras, n.more->epoch);
    n.more = copy;
  }
  return *n.more;
}

// -- paths
// -----------------------------------------------------------------------------------------------------

// Walks down the filter, making what is missing and copying what is published. `path_` remembers the way.
writer::place writer::open_path(std::string_view filter) {
  path_.clear();
  editable(root_);
  node* at = root_;
  path_.push_back(at);
  for (bool more = true; more;) {
    const auto level = next_level(filter, more);
    if (level == "#") {
      editable_extras(*at);
      return {at, true};
    }
    node** slot = nullptr;
    if (level == "+") {
      auto& e = editable_extras(*at);
      if (e.plus == nullptr)
        e.plus = make_node(level);
      slot = &e.plus;
    } else {
      slot = &child_slot(*at, level);
    }
    editable(*slot);
    at = *slot;
    path_.push_back(at);
  }
  return {at, false};
}

// Removes what has become empty, from the end of the path up.
void writer::prune() {
  while (path_.size() > 1) {
    node* n = path_.back();
    if (n->more != nullptr && n->more->empty()) {
      discard(n->more, kind::extras, n->more->epoch);
      n->more = nullptr;
    }
    if (!n->empty())
      return;
    path_.pop_back();
    node& parent = *path_.back();
    if (parent.more != nullptr && parent.more->plus == n)
      editable_extras(parent).plus = nullptr;
    else
      remove_child(parent, *n);
    discard(n, kind::node, n->epoch);
  }
  if (root_->more != nullptr && root_->more->empty()) {
    discard(root_->more, kind::extras, root_->more->epoch);
    root_->more = nullptr;
  }
}

bool writer::occupied(const place& p) const {
  const auto* e = p.at->more;
  if (p.hash)
    return !e->hash.empty() || e->hash_groups != nullptr;
  return !p.at->subscribers.empty() || (e != nullptr && e->groups != nullptr);
}

bool writer::subscribe(std::string_view filter, std::string_view group_name, const subscriber& s) {
  const place p = open_path(filter);
  const bool new_filter = !occupied(p);
  bool added = false;
  if (group_name.empty()) {
    added = insert(p.hash ? p.at->more->hash : p.at->subscribers, s);
  } else {
    auto& e = editable_extras(*p.at);
    added = insert(group_of(p.hash ? e.hash_groups : e.groups, group_name).members, s);
    shared += added ? 1 : 0;
  }
  subscriptions += added ? 1 : 0;
  filters += new_filter ? 1 : 0;
  return added;
}

bool writer::unsubscribe(std::string_view filter, std::string_view group_name, const subscriber& address) {
  const place p = open_path(filter);
  bool erased = false;
  if (occupied(p)) {
    if (group_name.empty()) {
      erased = erase(p.hash ? p.at->more->hash : p.at->subscribers, address);
    } else if (p.at->more != nullptr) {
      auto& e = editable_extras(*p.at);
      erased = erase_from_group(p.hash ? e.hash_groups : e.groups, group_name, address);
      shared -= erased ? 1 : 0;
    }
    subscriptions -= erased ? 1 : 0;
    if (!occupied(p))
      --filters;
  }
  prune();
  return erased;
}

void writer::destroy_all() {
  std::vector<node*> nodes{root_};
  std::vector<std::pair<hamt*, unsigned>> arrays;
  const auto destroy_set = [](subscriber_set set) {
    if (set.empty())
      return;
    if (!set.indexed()) {
      destroy(set.single(), kind::chunk);
      return;
    }
    for (std::uint32_t i = 0; i < set.index()->size; ++i)
      destroy(set.index()->chunks()[i], kind::chunk);
    destroy(set.index(), kind::chunk_index);
  };
  const auto destroy_groups = [&](group_list* list) {
    if (list == nullptr)
      return;
    for (auto* g : list->groups) {
      if (g == nullptr)
        continue;
      destroy_set(g->members);
      destroy(g, kind::group);
    }
    destroy(list, kind::group_list);
  };
  while (!nodes.empty()) {
    node* n = nodes.back();
    nodes.pop_back();
    destroy_set(n->subscribers);
    if (n->more != nullptr) {
      if (n->more->plus != nullptr)
        nodes.push_back(n->more->plus);
      destroy_set(n->more->hash);
      destroy_groups(n->more->groups);
      destroy_groups(n->more->hash_groups);
      destroy(n->more, kind::extras);
    }
    if (n->children != nullptr)
      arrays.emplace_back(n->children, 0);
    while (!arrays.empty()) {
      const auto [h, shift] = arrays.back();
      arrays.pop_back();
      for (std::uint32_t i = 0; i < h->count(shift); ++i) {
        if (hamt::is_array(h->slots()[i]))
          arrays.emplace_back(hamt::array(h->slots()[i]), shift + hamt::bits);
        else
          nodes.push_back(hamt::child(h->slots()[i]));
      }
      destroy(h, kind::hamt);
    }
    destroy(n, kind::node);
  }
}

} // namespace troupe::mqtt::trie

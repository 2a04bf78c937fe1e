// The changes that wait for the store: the newest of each key, in order, bounded, and none lost.
#include "actors/store/write_behind.hpp"
#include "troupe/mqtt/stored_message.hpp"

#include <boost/test/unit_test.hpp>

using namespace troupe;

namespace {

mqtt::message_ptr message_of(std::string_view payload) {
  mqtt::message_parts parts;
  parts.topic = "t";
  parts.payload = payload;
  return mqtt::message::make(parts);
}

// "key=payload key-"
std::string shown(const store_write& w) {
  std::string text;
  for (const auto& c : w.changes) {
    text += (text.empty() ? "" : " ") + c.key;
    text += c.value ? "=" + std::string{mqtt::decode_stored(*c.value)->payload()} : "-";
  }
  return text;
}

} // namespace

BOOST_AUTO_TEST_SUITE(writing_behind)

BOOST_AUTO_TEST_CASE(the_newest_of_each_key_in_order) {
  write_behind w{store_kind::retained, {}};
  BOOST_TEST(w.empty());
  BOOST_TEST(w.note("a", message_of("1")));
  BOOST_TEST(w.note("b", message_of("1")));
  BOOST_TEST(w.note("c", message_of("1")));
  BOOST_TEST(w.note("a", message_of("2")));
  BOOST_TEST(w.note("b", nullptr));
  BOOST_TEST(shown(w.take()) == "a=2 b- c=1");
  BOOST_TEST(w.size() == 3U);
  w.settle(true);
  BOOST_TEST(w.empty());
  BOOST_TEST(shown(w.take()).empty());
}

BOOST_AUTO_TEST_CASE(one_batch_at_a_time) {
  write_behind w{store_kind::retained, {}};
  w.note("a", message_of("1"));
  BOOST_TEST(shown(w.take()) == "a=1");
  w.note("a", message_of("2"));
  w.note("b", message_of("1"));
  BOOST_TEST(shown(w.take()).empty());
  w.settle(true);
  BOOST_TEST(shown(w.take()) == "a=2 b=1");
}

BOOST_AUTO_TEST_CASE(what_failed_comes_again_unless_it_changed) {
  write_behind w{store_kind::retained, {}};
  for (const char* key : {"a", "b", "c"})
    w.note(key, message_of("1"));
  w.take();
  w.note("b", message_of("2"));
  w.note("d", message_of("1"));
  w.settle(false);
  BOOST_TEST(w.size() == 4U);
  w.note("c", nullptr);
  BOOST_TEST(shown(w.take()) == "a=1 c- b=2 d=1");
  w.settle(true);
  BOOST_TEST(w.empty());
}

BOOST_AUTO_TEST_CASE(bounds_refuse_new_keys_only) {
  write_behind few{store_kind::retained, {2, 1'000'000}};
  BOOST_TEST(few.note("a", message_of("1")));
  BOOST_TEST(few.note("b", message_of("1")));
  BOOST_TEST(!few.note("c", message_of("1")));
  BOOST_TEST(!few.note("c", nullptr));
  BOOST_TEST(few.note("a", message_of("2")));
  BOOST_TEST(shown(few.take()) == "a=2 b=1");
  BOOST_TEST(few.note("c", message_of("1"))); // beside the batch
  write_behind small{store_kind::retained, {100, 10'000}};
  BOOST_TEST(small.note("a", message_of(std::string(20'000, 'x')))); // alone it may be large
  BOOST_TEST(!small.note("b", message_of("x")));
  small.take();
  small.settle(true);
  BOOST_TEST(small.note("a", message_of(std::string(6'000, 'x'))));
  BOOST_TEST(!small.note("b", message_of(std::string(6'000, 'x'))));
  BOOST_TEST(small.note("a", nullptr));
  BOOST_TEST(small.note("b", message_of(std::string(6'000, 'x'))));
}

BOOST_AUTO_TEST_CASE(batches_are_bounded) {
  write_behind many{store_kind::retained, {}};
  for (int i = 0; i < 10'000; ++i)
    many.note(std::to_string(i), message_of("x"));
  std::size_t taken = 0, batches = 0;
  while (!many.empty()) {
    const auto batch = many.take();
    BOOST_TEST_REQUIRE(batch.changes.size() <= write_behind::batch_changes);
    taken += batch.changes.size();
    ++batches;
    many.settle(true);
  }
  BOOST_TEST(taken == 10'000U);
  BOOST_TEST(batches == 3U);
  write_behind large{store_kind::retained, {}};
  for (int i = 0; i < 20; ++i)
    large.note(std::to_string(i), message_of(std::string(1024 * 1024, 'x')));
  BOOST_TEST(large.take().changes.size() == 4U);
}

BOOST_AUTO_TEST_SUITE_END()
